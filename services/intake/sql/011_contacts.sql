-- migrate:up

-- What requesters say of themselves, sealed, a row for each time; everything else names the row. Emptying it forgets them.
create table contact (
    handle text primary key,
    ticket text not null,
    -- Keyed hashes of its telephone number and account.
    known_by text[] not null,
    -- The wrapped data key and the sealed bytes; none once it was forgotten.
    box bytea,
    kept_at timestamptz not null default clock_timestamp(),
    forgotten_at timestamptz
);
create index contact_ticket on contact (ticket);
create index contact_known_by on contact using gin (known_by);

-- migrate:down
drop table contact;
