-- migrate:up

-- The members of an incident are asked for by its code; most tickets belong to none.
create index summary_incident on summary (incident) where incident is not null;

-- migrate:down
drop index summary_incident;
