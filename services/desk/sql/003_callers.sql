-- migrate:up

-- Who spoke up in which ticket, by the keyed hash of their number or account; and what it was about.
create table caller (
    ticket text primary key,
    -- Null for whoever wants to stay unknown.
    requester text,
    at timestamptz not null,
    kind text not null,
    category text,
    place text,
    text text,
    confidential boolean not null,
    -- The agent answered it on the line.
    answered boolean not null
);
create index caller_requester on caller (requester, at desc) where requester is not null;

-- Who of the office searched for a number, and how many tickets were found: the number itself stands nowhere.
create table search (
    login text not null,
    at timestamptz not null,
    requester text not null,
    found int not null
);
create index search_login on search (login, at);

-- What stood on the topic of tickets' lives before is read once more.
delete from input where topic = 'liuhen.dispatch.v1';
delete from heard where topic = 'liuhen.dispatch.v1';

-- migrate:down
drop table search, caller;
