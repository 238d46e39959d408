-- migrate:up

-- One act on many things that wait: what its author typed, once for all of them. Nobody else reads it.
create table batch (
    id text primary key,
    login text not null,
    task text not null,
    act text not null,
    typed json not null,
    -- What the author's list was, so that they go back to it.
    following text not null,
    at timestamptz not null,
    -- Somebody looked at the frozen list, and wants it done.
    begun boolean not null default false
);
create index batch_login on batch (login, at);

-- The frozen list: what comes to be later is not meant. What became of each the act of its name tells.
create table batch_row (
    batch text not null references batch on delete cascade,
    place int not null,
    ticket text not null,
    -- The version that the author saw; null where it has none.
    version int,
    act text not null,
    primary key (batch, ticket),
    unique (batch, place)
);

-- migrate:down
drop table batch_row, batch;
