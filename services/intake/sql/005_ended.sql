-- migrate:up

-- When a ticket that can be reopened came to its end: a call about it within the window is no new matter, and a later one
-- is a matter that came back.
alter table ticket add column ended timestamptz;
create index ticket_ended on ticket (requester, ended) where ended is not null and requester is not null;

-- migrate:down
drop index ticket_ended;
alter table ticket drop column ended;
