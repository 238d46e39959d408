-- migrate:up

-- The tickets by whose word a ticket is confidential: its own, and those that it took in, for as long as it has them.
alter table summary add column in_confidence text not null default '';
update summary set in_confidence = ticket where confidential;

-- migrate:down
alter table summary drop column in_confidence;
