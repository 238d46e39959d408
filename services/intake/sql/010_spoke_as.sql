-- migrate:up

-- What the contact of whoever spoke about a ticket is compared by: its news is shown to the requester, and a corrected contact
-- makes that somebody else. Empty where none came along, and for what was kept before this column: there `shown` stands.
alter table submission add column spoke_as text[] not null default '{}';

-- migrate:down
alter table submission drop column spoke_as;
