-- migrate:up

-- How pressing it is what waits, as core/pressing.py weighs it: 0 is the most pressing.
alter table task add column weight smallint not null default 3 check (weight between 0 and 3);
drop index task_on_top;
alter table task drop column ahead;
-- What waits since before is weighed by its tier and words alone.
update task set weight = case when task = 'urgent_call' or body ->> 'tier' = 'urgent' then 0 else 1 end
where body is not null
    and (task in ('urgent_call', 'stop_words') or body ->> 'tier' = 'urgent' or body -> 'stop_words' is not null);
create index task_on_top on task (weight, since, ticket, task) where body is not null;

-- migrate:down
drop index task_on_top;
alter table task drop column weight;
alter table task add column ahead boolean not null generated always as (
    body is not null
    and (task in ('urgent_call', 'stop_words') or body ->> 'tier' = 'urgent' or body -> 'stop_words' is not null)
) stored;
create index task_on_top on task (ahead desc, since, ticket, task) where body is not null;
