-- migrate:up

-- When the matter happened: nothing that is done about it can be earlier. Null for what was kept before this column.
alter table ticket add column occurred timestamptz;

-- migrate:down
alter table ticket drop column occurred;
