-- migrate:up

-- How many messages may leave by a way at this moment, of all workers together, as of when somebody took some.
create table pace (
    way text primary key,
    left_over double precision not null check (left_over >= 0),
    at timestamptz not null
);

-- migrate:down
drop table pace;
