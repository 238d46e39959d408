-- migrate:up

-- What each day's look at the list of the city's platform found; numbers and states, nothing that anybody said.
create table reconciled (
    day date primary key,
    -- Real time, as whoever watches counts.
    at timestamptz not null default clock_timestamp(),
    theirs int not null check (theirs >= 0),
    ours int not null check (ours >= 0),
    differences jsonb not null check (jsonb_typeof(differences) = 'array')
);
-- Since when it is done at all: one row, as of the first start with a platform.
create table reconciling (
    one boolean primary key default true check (one),
    at timestamptz not null default clock_timestamp()
);

-- migrate:down
drop table reconciled, reconciling;
