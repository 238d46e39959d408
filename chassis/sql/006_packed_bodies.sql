-- migrate:up

-- What an event says, packed by a dictionary of what all of them have in common; the first byte is the dictionary's number. Rows of
-- before keep it as JSON, until their month is taken out. It is too short for the database to pack it by itself.
alter table event alter column body drop not null;
alter table event add column packed bytea;
alter table event alter column packed set storage external;
-- Rows of before are known to have it: looking at each would lock the table for hours.
alter table event add constraint event_said_once check (num_nonnulls(body, packed) = 1) not valid;

-- migrate:down
-- Refused while a row is packed.
alter table event alter column body set not null;
alter table event drop constraint event_said_once, drop column packed;
