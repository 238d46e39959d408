-- migrate:up

-- What waits at the desk, and the marks that it is read off; rows from before have theirs with their next fact.
alter table summary add column marks text not null default '';
alter table summary add column desk text not null default '';
create index summary_desk on summary (ticket) where desk <> '';
create index summary_undelivered on summary (ticket) where undelivered > 0;
drop index summary_attention, summary_wish;

-- migrate:down
create index summary_wish on summary (wish) where wish <> '';
create index summary_attention on summary (ticket)
    where extension_asked or suspension_asked or commitment_due or supervision <> ''
        or callback_review <> '' or awaits_ruling or undelivered > 0;
drop index summary_undelivered, summary_desk;
alter table summary drop column desk, drop column marks;
