-- migrate:up

-- What this door said of rights, in order: each time that it began to go by other ones.
create table said_rights (
    number bigint generated always as identity primary key,
    version text not null unique,
    at timestamptz not null,
    policy text not null,
    body json not null,
    -- The broker is known to have it.
    told boolean not null default false
);

-- migrate:down
drop table said_rights;
