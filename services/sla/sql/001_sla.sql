-- migrate:up

-- The calendars that were published to running clocks. Which of them a lane goes by stands in its counters.
create table calendar (
    number bigint generated always as identity primary key,
    -- A publication reaches every lane and is kept once.
    version text not null unique,
    year int not null,
    published_by text not null,
    body json not null
);

-- Tickets with an open due time that rests on an unpublished calendar: whom a new calendar concerns.
create table provisional (
    lane text not null references lane,
    ticket text not null,
    primary key (lane, ticket)
);

-- How many open clocks there are of each name and status; the count of each lane, kept under its lock.
create table tally (
    lane text not null references lane,
    clock text not null,
    status text not null,
    count bigint not null,
    primary key (lane, clock, status),
    -- No clock ends more often than it starts.
    check (count >= 0)
) with (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

-- migrate:down
drop table tally;
drop table provisional;
drop table calendar;
