-- migrate:up

-- How far each topic that this service writes is known to hold what these tables remember. Where a topic goes on with messages
-- that no position here has counted, these tables were restored from an older copy.
create table reached (
    topic text not null,
    partition int not null,
    next_offset bigint not null check (next_offset >= 0),
    primary key (topic, partition)
) with (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

-- migrate:down
drop table reached;
