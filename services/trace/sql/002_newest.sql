-- migrate:up

-- Lists go page by page, the newest first; a ticket whose registration was not heard yet comes last.
create index summary_newest on summary (coalesce(registered_at, '-infinity') desc, ticket desc);

-- migrate:down
drop index summary_newest;
