-- migrate:up

-- When the door's receipt was given: so long after it nothing refuses an act any more.
alter table act add column accepted_at timestamptz;

-- migrate:down
alter table act drop column accepted_at;
