-- migrate:up

-- What became of each submission. The key spans all lanes and topics of a party: the same one is never taken twice.
create table submission (
    party text not null,
    source text not null,
    id text not null,
    -- Equal for equal content: another content under the same id is no repeat.
    digest bytea not null check (octet_length(digest) = 16),
    receipt text not null,
    lane text not null,
    at timestamptz not null,
    action text not null,
    tickets text[] not null,
    -- A report that repeats an open ticket and was counted as pressing for it.
    follow_up boolean not null,
    code text,
    field text,
    reason text,
    primary key (party, source, id),
    -- Refused with a reason, or not refused at all.
    check ((code is null) = (reason is null)),
    -- What was refused made no ticket.
    check (code is null or tickets = '{}')
);
create index submission_receipt on submission (receipt);

-- The records of what was refused, as they came: a mistake of the door's must be findable too.
create table refused_record (
    place bigint generated always as identity primary key,
    receipt text not null,
    code text not null,
    field text,
    reason text not null,
    topic text not null,
    partition int not null,
    "offset" bigint not null,
    key bytea,
    value bytea,
    header_names text[] not null,
    header_values bytea[] not null,
    at timestamptz not null,
    check (cardinality(header_names) = cardinality(header_values))
);
create index refused_record_receipt on refused_record (receipt);

-- Every ticket that the door knows: where its answers go, and what a further contact is compared with.
create table ticket (
    id text primary key,
    receipt text not null,
    channel text not null,
    -- A keyed hash; null for whoever wants to stay unknown.
    requester text,
    open boolean not null,
    registered timestamptz not null,
    category text,
    place text not null,
    words text not null,
    upstream text,
    -- The reply that waits for the centre's review.
    reply text
) with (fillfactor = 80);
create index ticket_requester on ticket (requester, registered) where open and requester is not null;

-- What requesters were told of their tickets.
create table news (
    place bigint generated always as identity primary key,
    ticket text not null references ticket,
    at timestamptz not null,
    happened text not null,
    state text not null,
    text text not null
);
create index news_ticket on news (ticket, place);

-- One visitor, one device, one account; the past is kept for phones that deliver late.
create table device (
    visitor text not null,
    device text not null,
    since timestamptz not null,
    until timestamptz,
    approved_by text
);
create index device_of_visitor on device (visitor);
-- A visitor has one device.
create unique index device_one_per_visitor on device (visitor) where until is null;
-- A device has one visitor.
create unique index device_one_visitor on device (device) where until is null;

-- The last wish of a visitor for another device.
create table device_request (
    visitor text primary key,
    device text not null,
    receipt text not null,
    at timestamptz not null
);

-- Visits to households, counted per unit; the household is a keyed hash.
create table visit (
    receipt text not null,
    visitor text not null,
    unit text not null,
    visited_at timestamptz not null,
    latitude double precision not null,
    longitude double precision not null,
    accuracy double precision not null,
    household text not null,
    problems int not null,
    doubts text[] not null
);
create index visit_in_order on visit (visitor, visited_at);

-- What the HTTP door has put on a topic, with the broker's word for it: known before it is decided.
create table put (
    party text not null,
    source text not null,
    id text not null,
    digest bytea not null check (octet_length(digest) = 16),
    receipt text not null,
    at timestamptz not null,
    primary key (party, source, id)
);
create index put_receipt on put (receipt);

-- migrate:down
drop table put, visit, device_request, device, news, ticket, refused_record, submission;
