-- migrate:up

-- What is covered, corrected or verified of one key is found without reading all months.
create index event_key on event (key);

-- migrate:down
drop index event_key;
