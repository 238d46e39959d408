-- migrate:up

-- What whoever acted has to know of what the act led to.
alter table act add column notice text;

-- migrate:down
alter table act drop column notice;
