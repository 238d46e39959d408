-- migrate:up

-- What each run of `liuhen verify` found; the newest is told to whoever watches.
create table verified (
    began_at timestamptz primary key,
    ended_at timestamptz not null check (ended_at >= began_at),
    -- Since when it looked; null where at everything.
    since timestamptz,
    promises int not null check (promises > 0),
    broken int not null check (broken between 0 and promises),
    findings bigint not null check (findings >= broken)
);
create view board_verified as select began_at, broken from verified order by began_at desc limit 1;
grant select on board_verified to liuhen_reader;

-- migrate:down
drop view board_verified;
drop table verified;
