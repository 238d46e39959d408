-- migrate:up

-- Whether something was recognised that no machine may answer: such a ticket stands on top of every queue.
alter table summary add column stop_words bool not null default false;

-- migrate:down
alter table summary drop column stop_words;
