-- migrate:up

-- Who has it, as the requester is told: the lead of the newest order, whatever became of that since.
alter table ticket add column lead text;

-- migrate:down
alter table ticket drop column lead;
