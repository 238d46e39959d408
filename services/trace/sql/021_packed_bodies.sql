-- migrate:up

-- As in the tables of events: packed, where rows of before keep JSON.
alter table entry alter column body drop not null;
alter table entry add column packed bytea;
alter table entry alter column packed set storage external;
alter table entry add constraint entry_said_once check (num_nonnulls(body, packed) = 1) not valid;

-- migrate:down
-- Refused while a row is packed.
alter table entry alter column body set not null;
alter table entry drop constraint entry_said_once, drop column packed;
