-- migrate:up

-- A ticket moves on a dozen times in its life, and each move changed what an index is made of or chosen by: then Postgres
-- writes the row's place into all ten of them again. What indexes ask of a row now changes two or three times in its life.
alter table summary
    add column is_open bool generated always as (holder <> '') stored,
    add column at_desk bool generated always as (desk <> '') stored,
    add column untold bool generated always as (undelivered > 0) stored;
drop index summary_open, summary_desk, summary_undelivered;
create index summary_open on summary (ticket) where is_open;
create index summary_desk on summary (ticket) where at_desk;
create index summary_untold on summary (ticket) where untold;

-- migrate:down
drop index summary_open, summary_desk, summary_untold;
create index summary_open on summary (waits_for, waiting_since) where holder <> '';
create index summary_desk on summary (ticket) where desk <> '';
create index summary_undelivered on summary (ticket) where undelivered > 0;
alter table summary drop column is_open, drop column at_desk, drop column untold;
