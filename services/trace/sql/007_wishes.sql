-- migrate:up

-- What the requester wants the centre to decide: that the ticket be withdrawn, or reopened.
alter table summary add column wish text not null default '' check (wish in ('', 'withdrawal', 'reopening'));
create index summary_wish on summary (wish) where wish <> '';

-- The ticket whose matter came back with this one.
alter table summary add column recurrence_of text;

-- migrate:down
drop index summary_wish;
alter table summary drop column wish, drop column recurrence_of;
