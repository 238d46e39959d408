-- migrate:up

-- Until when the citizen was told that it is done, in the words in which they were told.
alter table ticket add column promised text;

-- migrate:down
alter table ticket drop column promised;
