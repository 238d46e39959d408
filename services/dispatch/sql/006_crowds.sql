-- migrate:up

-- Open tickets of one category at one place that belong to no incident, with when each was registered: the newest ones.
create table crowd (
    place text not null,
    category text not null,
    tickets text[] not null,
    registered timestamptz[] not null,
    newest timestamptz not null,
    -- The ticket at whose desk task people were pointed to it, and how many callers there were then.
    told text,
    told_callers integer,
    -- Until then nobody is asked again, for somebody said that it is not one thing.
    quiet_until timestamptz,
    -- The incident to which somebody gave those who called before.
    incident text,
    primary key (place, category),
    check (cardinality(tickets) = cardinality(registered)),
    check ((told is null) = (told_callers is null))
);
create index crowd_newest on crowd (newest);

-- migrate:down
drop table crowd;
