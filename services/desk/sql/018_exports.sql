-- migrate:up

-- A long list that somebody takes away as a workbook: which rows were meant, and never what they say.
create table export (
    id text primary key,
    login text not null,
    list text not null check (list in ('queue', 'orders')),
    columns text[] not null check (cardinality(columns) > 0),
    -- What the author's list was, so that they go back to it.
    following text not null,
    at timestamptz not null,
    -- How many rows the file has by now, which is being made while it is fetched.
    done int not null default 0
);
create index export_login on export (login, at);

create table export_row (
    export text not null references export on delete cascade,
    place int not null,
    ticket text not null,
    -- '' for an order of a department.
    task text not null,
    primary key (export, place)
);

-- migrate:down
drop table export_row, export;
