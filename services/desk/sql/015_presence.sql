-- migrate:up

-- Who has a ticket open at this moment. Real people sit there, so that the time is the real one, whatever clock the
-- office goes by; unlogged, since after a crash everybody says so again.
create unlogged table presence (
    ticket text not null,
    login text not null,
    seen timestamptz not null default now(),
    primary key (ticket, login)
);

-- Who of the office says that a ticket is theirs to do. It locks nothing.
create table claim (
    ticket text primary key,
    login text not null,
    -- Who handed it over; null for whoever took it.
    given_by text,
    at timestamptz not null
);

-- migrate:down
drop table claim, presence;
