-- migrate:up

-- What was redacted, as a keyed hash and a length: covers what anybody says again afterwards.
create table redaction (
    ticket text not null,
    seal text not null,
    length int not null check (length >= 1),
    -- In the order in which they were redacted: one can lie over another.
    place bigint generated always as identity,
    primary key (ticket, seal)
);

-- migrate:down
drop table redaction;
