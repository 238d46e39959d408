-- migrate:up

-- What no machine may answer, and what is urgent, stands on top.
alter table task add column ahead boolean not null generated always as (
    body is not null
    and (task in ('urgent_call', 'stop_words') or body ->> 'tier' = 'urgent' or body -> 'stop_words' is not null)
) stored;
-- The transaction that changed a row last: all below the oldest one that still runs can be read, in their order.
alter table task add column changed xid8 not null default pg_current_xact_id();
create function note_change() returns trigger language plpgsql as $$
begin
    new.changed := pg_current_xact_id();
    return new;
end
$$;
create trigger task_changes before update on task for each row execute function note_change();
create index task_on_top on task (ahead desc, since, ticket, task) where body is not null;
create index task_changed on task (changed);

-- What somebody typed into a form and has not submitted: nobody else reads it, and only its author or a submit that stands ends it.
create table draft (
    login text not null,
    ticket text not null,
    task text not null,
    act text not null,
    typed json not null,
    at timestamptz not null,
    -- The act by which it was submitted: it is a draft again where that is refused.
    said text,
    primary key (login, ticket, task, act)
);
create index draft_ticket on draft (ticket);

-- migrate:down
drop table draft;
drop index task_changed;
drop index task_on_top;
drop trigger task_changes on task;
drop function note_change;
alter table task drop column changed, drop column ahead;
