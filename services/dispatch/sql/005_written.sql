-- migrate:up

-- Who reads rulings on has read all of the transactions that had ended by then; a number is given before its
-- transaction ends, so that a later number may be seen before an earlier one.
alter table ruling add column written xid8 not null default pg_current_xact_id();
create index ruling_written on ruling (written);

-- migrate:down
drop index ruling_written;
alter table ruling drop column written;
