-- migrate:up

-- A short hash of each field of what was submitted: tells in which fields another content under the same id differs.
alter table submission add column outline json not null default '{}';
alter table put add column outline json not null default '{}';

-- Whether the broker has it. The row is there before, so that of two contents under one id only one can go there.
alter table put add column sent boolean not null default true;

-- migrate:down
alter table put drop column sent, drop column outline;
alter table submission drop column outline;
