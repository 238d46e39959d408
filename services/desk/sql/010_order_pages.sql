-- migrate:up

-- The transaction that changed a row last, by which open pages learn of it.
alter table held_order add column changed xid8 not null default pg_current_xact_id();
-- The transaction in which a department came to have the order, which is a new one for its open pages.
alter table held_order add column begun xid8 not null default pg_current_xact_id();
create index held_order_changed on held_order (department, changed);
-- From now on a step says when it was, behind its word.

-- migrate:down
drop index held_order_changed;
alter table held_order drop column begun, drop column changed;
