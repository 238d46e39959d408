-- migrate:up

-- The timeline of every ticket: each event that was heard, once, as it was said, without the requester's contact.
create table entry (
    topic text not null,
    partition int not null,
    "offset" bigint not null,
    ticket text not null,
    source text not null,
    sequence bigint not null,
    id text not null,
    cause text not null,
    correlation text not null,
    type text not null,
    -- The moment by which the event is judged.
    at timestamptz not null,
    -- The moment at which it came to stand on its topic.
    recorded timestamptz not null,
    policy text not null,
    body json not null,
    -- A record is one entry. It is known by its place in its source's sequence: offsets begin again when a topic is made anew.
    primary key (source, topic, partition, sequence)
);
create index entry_ticket on entry (ticket);
-- Calendars are few, and asked for whenever minutes are counted.
create index entry_calendar on entry (recorded) where type = 'liuhen.rules.calendar-published.v1';

-- Which ticket a receipt stands for; a visit's stands for several.
create table receipt (
    receipt text not null,
    ticket text not null,
    primary key (receipt, ticket)
);

-- Where each ticket stands: the fold of its entries, and nothing else.
create table summary (
    ticket text primary key,
    receipt text,
    channel text,
    kind text,
    requester_kind text,
    category text,
    tier text,
    subdistrict text,
    place text,
    gist text,
    unit text,
    upstream text,
    part_of text,
    confidential bool not null,
    state text not null,
    resume text not null,
    stage text not null,
    holder text not null,
    waits_for text not null,
    waiting_since timestamptz,
    lead text,
    supporting text not null,
    suggestion text,
    suggestion_score float8,
    registered_at timestamptz,
    dispatched_at timestamptz,
    accepted_at timestamptz,
    contacted_at timestamptz,
    handled_at timestamptz,
    closed_at timestamptz,
    extension_asked bool not null,
    suspension_asked bool not null,
    commitment_due bool not null,
    supervision text not null,
    callback_review text not null,
    awaits_ruling bool not null,
    open_tasks int not null check (open_tasks >= 0),
    orders int not null check (orders >= 0),
    returns int not null check (returns >= 0),
    extensions int not null check (extensions >= 0),
    reworks int not null check (reworks >= 0),
    follow_ups int not null check (follow_ups >= 0),
    reopenings int not null check (reopenings >= 0),
    callback_attempts int not null check (callback_attempts >= 0),
    callbacks int not null check (callbacks >= 0),
    undelivered int not null check (undelivered >= 0),
    callback_outcome text,
    contacted text,
    solved text,
    attitude text,
    result text,
    first_contacted text,
    first_solved text,
    first_result text,
    first_lead text,
    city_solved text,
    city_satisfaction text,
    outcome text,
    ruling text,
    incident text,
    merged_into text,
    -- A ticket that somebody holds waits for something, and one that nobody holds waits for nothing.
    check ((holder = '') = (waits_for = ''))
) with (fillfactor = 70);
create index summary_open on summary (waits_for, waiting_since) where holder <> '';
create index summary_registered on summary (registered_at);
create index summary_closed on summary (closed_at) where closed_at is not null;
create index summary_attention on summary (ticket)
    where extension_asked or suspension_asked or commitment_due or supervision <> ''
        or callback_review <> '' or awaits_ruling or undelivered > 0;

-- Each order to a lead department, and what became of it.
create table orders (
    ticket text not null,
    number int not null,
    lead text not null,
    given_at timestamptz not null,
    binding bool not null,
    accepted_at timestamptz,
    presumed bool not null,
    contacted_at timestamptz,
    returned_at timestamptz,
    upheld bool,
    primary key (ticket, number),
    -- Only what was asked to be returned can be ruled on.
    check (upheld is null or returned_at is not null)
) with (fillfactor = 70);
create index orders_given on orders (given_at);

-- Each clock as it was last told of, with the explanation of its due time.
create table clock (
    ticket text not null,
    clock_id text not null,
    clock text not null,
    owner text not null,
    started_at timestamptz not null,
    due timestamptz not null,
    due_latest timestamptz not null,
    status text not null check (status in ('running', 'paused', 'met', 'stopped', 'lapsed')),
    breached bool not null,
    ended_at timestamptz,
    late bool,
    explanation json not null,
    primary key (ticket, clock_id),
    -- A due time is one instant, or a span while the calendar is not published.
    check (due <= due_latest),
    -- A clock has an end exactly when it no longer runs.
    check ((ended_at is null) = (status in ('running', 'paused')))
) with (fillfactor = 70);
create index clock_due on clock (clock, due);
create index clock_running on clock (due) where status in ('running', 'paused');

-- migrate:down
drop table clock, orders, summary, receipt, entry;
