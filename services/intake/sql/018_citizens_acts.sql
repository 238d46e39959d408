-- migrate:up

-- What citizens did on the page that their receipt opened: they read there what became of it, and what was refused is there to
-- be said again. `receipt` is that of the act.
create table citizen_act (
    receipt text primary key,
    opened_by text not null,
    -- What opened it then: whoever has another number since reads nothing of it.
    factor text not null,
    ticket text not null,
    offer text not null,
    said text not null,
    -- Grades and answers that are chosen, by question.
    chosen json not null default '{}',
    at timestamptz not null default clock_timestamp()
);
create index citizen_act_opened_by on citizen_act (opened_by, at);
create index citizen_act_ticket on citizen_act (ticket);

-- migrate:down
drop table citizen_act;
