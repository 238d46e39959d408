-- migrate:up

-- Why a clock is due when it is stands in its facts, whole; here it stood once more, and again with each change of the row.
alter table clock drop column explanation;

-- What an index asks of a clock that is done in time never changes: only what was missed enters it.
alter table clock add column missed bool generated always as (breached and status <> 'met') stored;
drop index clock_missed;
create index clock_missed on clock (ticket) where missed;

-- migrate:down
drop index clock_missed;
create index clock_missed on clock (ticket) where breached and status <> 'met';
alter table clock drop column missed, add column explanation json not null default '{}';
update clock set explanation = (
    select e.body -> 'explanation' from entry e
    where e.ticket = clock.ticket and e.body ->> 'clock_id' = clock.clock_id and e.body -> 'explanation' is not null
    order by e.recorded desc, e.sequence desc limit 1
)
where exists (
    select from entry e
    where e.ticket = clock.ticket and e.body ->> 'clock_id' = clock.clock_id and e.body -> 'explanation' is not null
);
alter table clock alter column explanation drop default;
