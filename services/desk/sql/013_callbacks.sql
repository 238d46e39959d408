-- migrate:up

-- Whom the callback agency has to call: the newest request of each ticket, with its contact sealed for the ticket. One
-- that is answered or not owed any more keeps no words.
create table callback (
    ticket text primary key,
    source text not null,
    sequence bigint not null,
    happened text not null,
    round int not null,
    -- When this round began.
    since timestamptz not null,
    -- At the hour that was appointed, else by the centre's limit, as far as working days are published.
    due timestamptz not null,
    late timestamptz not null check (due <= late),
    body json,
    -- The transaction that changed the row last, by which open pages learn of it.
    changed xid8 not null default pg_current_xact_id()
);
create index callback_due on callback (due, ticket) where body is not null;
create index callback_changed on callback (changed);

-- Each attempt at which nobody was reached, whoever made it.
create table callback_try (
    ticket text not null,
    at timestamptz not null,
    attempt int not null check (attempt > 0),
    who text,
    note text,
    primary key (ticket, at)
);

-- What stood on the topic of tickets' lives before is read once more.
delete from input where topic = 'liuhen.dispatch.v1';
delete from heard where topic = 'liuhen.dispatch.v1';

-- migrate:down
drop table callback_try, callback;
