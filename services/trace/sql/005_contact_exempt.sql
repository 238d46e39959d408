-- migrate:up

-- Why no first contact is owed to the requester; most have a number and none.
alter table summary add column contact_exempt text;

-- migrate:down
alter table summary drop column contact_exempt;
