-- migrate:up

-- How far the city's platform was heard: one row, which whoever listens holds for a while.
create table heard_of_city (
    one boolean primary key default true check (one),
    after text not null default '',
    held_until timestamptz not null default '-infinity'
);
insert into heard_of_city default values;
-- By its own number the city speaks of a ticket.
create index ticket_upstream on ticket (upstream, registered desc) where upstream is not null;

-- migrate:down
drop index ticket_upstream;
drop table heard_of_city;
