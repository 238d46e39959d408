-- migrate:up

-- One row per lane: whoever locks it may decide for the lane's tickets, and nobody else.
create table lane (
    name text primary key,
    -- The lane's own time: it never steps back, whatever the clocks of its holders say; null before its first turn.
    now timestamptz,
    -- Counts transactions: a holder that finds another number than it wrote knows that somebody held the lane in between.
    turn bigint not null default 0 check (turn >= 0),
    -- What is published is always a prefix of what is recorded.
    next_number bigint not null default 1,
    published bigint not null default 0 check (published >= 0 and published < next_number),
    counters jsonb not null default '{}',
    -- The policy under which the lane decides; an ordered change of policy is applied under the lane's lock.
    policy text not null default '',
    -- Why the lane stands still, in words for an operator; null while it runs.
    paused text
) with (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

-- Next offsets: each belongs to one log, which is a topic id in a cluster, not to a name.
create table input (
    topic text not null,
    partition int not null,
    lane text not null references lane,
    next_offset bigint not null default 0 check (next_offset >= 0),
    cluster_id text,
    topic_id text,
    -- Records in a row that nobody could read: too many pause the party that sends them.
    failures int not null default 0,
    primary key (topic, partition)
) with (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);
create index input_lane on input (lane);

-- What was heard last from each source: everything up to it was heard, everything beyond it was not.
create table heard (
    topic text not null,
    partition int not null,
    source text not null,
    lane text not null references lane,
    sequence bigint not null check (sequence >= 0),
    id text not null,
    -- After a gap was mended: later numbers are skipped until the missing one comes again.
    mending boolean not null default false,
    primary key (topic, partition, source)
) with (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);
create index heard_lane on heard (lane);

-- The last sequence number that a lane used for a partition of an output topic: no number is skipped or used twice.
create table position (
    lane text not null references lane,
    topic text not null,
    partition int not null,
    sequence bigint not null check (sequence >= 1),
    primary key (lane, topic, partition)
) with (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

-- How far each topic for outsiders is published: one that cannot be published holds up nobody else.
create table outlet (
    lane text not null references lane,
    topic text not null,
    published bigint not null check (published >= 0),
    primary key (lane, topic)
) with (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

-- Outbox and record in one: each row can rebuild its Kafka message exactly, and publishing deletes none.
create table event (
    lane text not null,
    number bigint not null check (number >= 1),
    topic text not null,
    partition int not null,
    sequence bigint not null check (sequence >= 1),
    -- Told to outsiders, by a publishing task and position of its topic's own.
    outward boolean not null,
    key text not null,
    id uuid not null,
    type text not null,
    time timestamptz not null,
    correlation text not null,
    causation text not null,
    policy text not null,
    traceparent text not null,
    -- json, not jsonb: the very bytes that were published.
    body json compression lz4 not null,
    recorded timestamptz not null,
    -- Each lane tells its events in one order.
    primary key (lane, number, recorded),
    -- Each sequence number stands on its topic's partition once.
    unique (lane, topic, partition, sequence, recorded)
) partition by range (recorded);
create table event_default partition of event default;
create index event_outward on event (topic, lane, number) where outward;

-- The state of each key: the fold of its events, and nothing else.
create table state (
    key text primary key,
    lane text not null references lane,
    -- How many events were folded.
    version bigint not null check (version >= 1),
    -- Which shape the body has; code that meets a newer shape than it knows stops.
    form smallint not null,
    -- Bodies of a few kilobytes, rewritten again and again, cost less whole than compressed and moved out of the row.
    body json compression lz4 not null
) with (fillfactor = 70, toast_tuple_target = 8160);

-- Each key waits for one moment at most: its state knows what comes after. It fires once, under its lane's lock.
create table timer (
    key text primary key,
    lane text not null references lane,
    name text not null,
    due timestamptz not null,
    status text not null check (status in ('pending', 'fired', 'cancelled'))
) with (fillfactor = 70);
create index timer_due on timer (lane, due, key) where status = 'pending';

-- Records from outside that could not be taken, each once, with the reason.
create table dead_letter (
    topic text not null,
    partition int not null,
    "offset" bigint not null,
    lane text not null references lane,
    reason text not null,
    detail text not null,
    subject text,
    key bytea,
    value bytea,
    header_names text[] not null,
    header_values bytea[] not null,
    at timestamptz not null,
    published boolean not null default false,
    primary key (topic, partition, "offset"),
    check (cardinality(header_names) = cardinality(header_values))
);
create index dead_letter_unpublished on dead_letter (lane) where not published;

-- Records of our own topics that could not be read, and those of the same key behind them, in order.
create table parked (
    topic text not null,
    partition int not null,
    "offset" bigint not null,
    place bigint generated always as identity,
    lane text not null references lane,
    parked_key text not null,
    reason text not null,
    detail text not null,
    key bytea,
    value bytea,
    header_names text[] not null,
    header_values bytea[] not null,
    appended timestamptz not null,
    at timestamptz not null,
    -- An operator asked to hear it again.
    replay boolean not null default false,
    primary key (topic, partition, "offset"),
    check (cardinality(header_names) = cardinality(header_values))
);
create index parked_order on parked (lane, parked_key, place);

-- migrate:down
drop table parked, dead_letter, timer, state, event, outlet, position, heard, input, lane;
