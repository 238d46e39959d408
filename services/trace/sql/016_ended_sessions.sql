-- migrate:up

-- Sessions that were ended by whose they are, until they would have ended by themselves.
create table ended_session (
    id text primary key,
    until timestamptz not null
);

-- migrate:down
drop table ended_session;
