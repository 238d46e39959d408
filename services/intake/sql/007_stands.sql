-- migrate:up

-- Where a ticket stands, behind the states that it goes back to (in_progress/suspended): what its requester is told of it is
-- true at that moment.
alter table ticket add column stands text not null default 'registered';

-- migrate:down
alter table ticket drop column stands;
