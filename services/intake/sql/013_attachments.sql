-- migrate:up

-- What was uploaded at a door: the content is kept apart, under the id. Messages name the id and the hash.
create table attachment (
    id text primary key,
    -- Who uploaded it, and under which login: it is theirs alone until one of their messages names it.
    party text not null,
    login text not null,
    -- As whoever uploaded it calls it; nothing once the content is to go.
    name text,
    media text not null,
    size bigint not null check (size > 0),
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    uploaded_at timestamptz not null,
    -- The submission that names it, and the ticket that it is for.
    receipt text,
    ticket text,
    -- The content is to go, and has gone.
    removed_at timestamptz,
    gone boolean not null default false,
    check ((receipt is null) = (ticket is null)),
    check (removed_at is not null or name is not null),
    check (removed_at is null or name is null),
    check (removed_at is not null or not gone)
);
create index attachment_ticket on attachment (ticket) where ticket is not null;
create index attachment_receipt on attachment (receipt) where receipt is not null;
create index attachment_unnamed on attachment (uploaded_at) where receipt is null and removed_at is null;
create index attachment_waiting on attachment (login) where receipt is null and removed_at is null;
create index attachment_going on attachment (removed_at) where removed_at is not null and not gone;

-- migrate:down
drop table attachment;
