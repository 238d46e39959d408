-- migrate:up

-- What each department knows of each of its tickets: the newest order, with its contact sealed for the ticket.
create table held_order (
    department text not null,
    ticket text not null,
    source text not null,
    sequence bigint not null,
    state text not null,
    -- Whether the department owes something, waits for others, or has nothing to do with the ticket any more.
    standing text not null check (standing in ('open', 'over', 'left')),
    -- The earliest due time that it has to keep, by which reminders go; far away where there is none.
    due timestamptz not null,
    incident text,
    -- What happened last, newest first: the version of the ticket then, a blank, and the word.
    steps text[] not null,
    body json not null,
    primary key (ticket, department)
);
-- What has ended has nothing due any more, and lies behind what is open.
create index held_order_due on held_order (department, due, ticket);

-- What stood on the departments' topics before is read once more.
delete from input where topic like 'liuhen.public.dispatch.%';

-- migrate:down
drop table held_order;
