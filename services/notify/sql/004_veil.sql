-- migrate:up

-- What takes a requester who must stay unknown out of the words when they leave: contacts by their handles, never in the clear.
alter table delivery add column veil json;

-- migrate:down
alter table delivery drop column veil;
