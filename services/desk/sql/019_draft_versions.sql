-- migrate:up

-- How often a draft was written, and by which open form last: another one that has not seen that overwrites nothing.
alter table draft add column version int not null default 1 check (version > 0), add column written_by text not null default '';

-- migrate:down
alter table draft drop column version, drop column written_by;
