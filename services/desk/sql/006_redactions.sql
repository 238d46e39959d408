-- migrate:up

-- What was redacted, as a keyed hash and a length: covers also what another lane brings afterwards.
create table redaction (
    ticket text not null,
    seal text not null,
    length int not null check (length >= 1),
    -- In the order in which they were redacted: one can lie over another.
    place bigint generated always as identity,
    primary key (ticket, seal)
);

-- What was redacted before is read once more.
delete from input where topic = 'liuhen.dispatch.v1';
delete from heard where topic = 'liuhen.dispatch.v1';

-- migrate:down
drop table redaction;
