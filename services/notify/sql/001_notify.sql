-- migrate:up

-- What messages about a ticket need, the requester's contact included: forgetting a person means emptying their rows here.
create table profile (
    ticket text primary key,
    body json not null
) with (fillfactor = 70);

-- Each message to one addressee. Its key is the idempotency key of every attempt, whoever makes it.
create table delivery (
    notice text primary key,
    ticket text not null,
    lane text not null,
    audience text not null,
    template text not null,
    way text not null,
    -- Where it goes; forgotten when nothing is to be sent any more.
    address text,
    subject text not null,
    text text not null,
    status text not null check (status in ('pending', 'delivered', 'given_up')),
    next_at timestamptz not null,
    attempts int not null check (attempts >= 0),
    -- Whoever took it has so long to say what became of it; then somebody else tries again, under the same key.
    leased_until timestamptz,
    -- An address is kept exactly as long as it is needed.
    check ((address is null) = (status <> 'pending'))
) with (fillfactor = 70);
create index delivery_due on delivery (next_at) where status = 'pending';
create index delivery_ticket on delivery (ticket);

-- Each attempt: begun before anything is sent, ended when the other side's answer is known; one that never ended was cut off.
create table attempt (
    notice text not null references delivery,
    attempt int not null check (attempt >= 1),
    ticket text not null,
    lane text not null,
    way text not null,
    begun_at timestamptz not null,
    ended_at timestamptz,
    outcome text check (outcome in ('delivered', 'failed', 'given_up')),
    error text,
    next_at timestamptz,
    -- Whether the lane has made a fact of it.
    told bool not null default false,
    primary key (notice, attempt),
    -- An attempt has an outcome exactly when it ended, an error exactly when it did not deliver.
    check ((outcome is null) = (ended_at is null)),
    check ((error is null) = (outcome is null or outcome = 'delivered')),
    check ((next_at is null) = (outcome is null or outcome <> 'failed'))
) with (fillfactor = 70);
create index attempt_untold on attempt (lane, ended_at) where outcome is not null and not told;

-- migrate:down
drop table attempt, delivery, profile;
