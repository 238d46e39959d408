-- migrate:up

-- A citizen who opened a receipt in a browser: neither the receipt nor the number is asked for again for some minutes of real
-- time. Whatever opens the receipt then has to open it still: a corrected number, or one that was forgotten, ends it.
create table citizen_session (
    -- The SHA-256 of what the browser shows.
    id bytea primary key check (octet_length(id) = 32),
    receipt text not null,
    -- What opened it, as `submission.factor`.
    factor text not null,
    begun_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    check (seen_at >= begun_at)
);
create index citizen_session_seen on citizen_session (seen_at);

-- migrate:down
drop table citizen_session;
