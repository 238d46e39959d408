-- migrate:up

-- What persons did who were logged in, and what became of it. What they said stands on the topic alone.
create table act (
    -- Also the id of the event that says it.
    id text primary key,
    login text not null,
    -- What its author calls it: the same one is said once.
    key text not null,
    -- Equal for equal content: another content under the same key is no repeat.
    digest bytea not null check (octet_length(digest) = 16),
    party text not null,
    -- The topic on which it is answered.
    answered_on text not null,
    action text not null,
    about text not null,
    on_incident boolean not null,
    at timestamptz not null,
    -- The broker is known to have it.
    sent boolean not null default false,
    state text not null default 'pending' check (state in ('pending', 'accepted', 'refused')),
    receipt text,
    final boolean,
    tickets text[] not null default '{}',
    incident text,
    code text,
    field text,
    reason text,
    version int,
    -- Of an act on an incident: the members for which it was refused, and why.
    left_out jsonb not null default '{}',
    unique (login, key),
    -- Refused with a reason, or not refused at all.
    check ((state = 'refused') = (code is not null and reason is not null)),
    -- What was accepted has its receipt.
    check (state <> 'accepted' or receipt is not null)
);

-- What waits for the office: the newest message of each ticket and task. One that waits no more keeps no words.
create table task (
    ticket text not null,
    task text not null,
    source text not null,
    sequence bigint not null,
    since timestamptz not null,
    body json,
    primary key (ticket, task)
);
create index task_open on task (since, ticket, task) where body is not null;

-- What somebody was shown of a sealed contact, until it is sealed again.
create table shown (
    -- The topic of whoever it was shown to.
    topic text not null,
    ticket text not null,
    source text not null,
    sequence bigint not null,
    receipt text,
    body json,
    primary key (topic, ticket)
);
create index shown_receipt on shown (receipt);

-- Working days as they were published to the running system.
create table calendar (
    version text primary key,
    at timestamptz not null,
    body json not null
);

-- migrate:down
drop table calendar, shown, task, act;
