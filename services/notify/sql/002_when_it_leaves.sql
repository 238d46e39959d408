-- migrate:up

-- The order in which messages were wanted: what a requester is told of a ticket leaves in it.
alter table delivery add column place bigint generated always as identity;
-- Whether it waits for the end of quiet hours, whenever it would leave.
alter table delivery add column peaceful boolean not null default false;
-- Whether it goes into one message with all others that are gathered for its address.
alter table delivery add column gathered boolean not null default false;
-- The moment after which it is pointless, and not sent any more.
alter table delivery add column over_at timestamptz;
create index delivery_gathered on delivery (address) where status = 'pending' and gathered;
-- Whether something gathered is due is asked many times a second, and nearly always answered by this index being empty there.
create index delivery_gathered_due on delivery (next_at) where status = 'pending' and gathered;
create index delivery_in_order on delivery (ticket, place) where status = 'pending' and audience = 'requester';

alter table delivery drop constraint delivery_status_check;
alter table delivery add constraint delivery_status_check
    check (status in ('pending', 'delivered', 'given_up', 'dropped'));
alter table attempt drop constraint attempt_outcome_check;
alter table attempt add constraint attempt_outcome_check
    check (outcome in ('delivered', 'failed', 'given_up', 'dropped'));

-- migrate:down
delete from attempt where outcome = 'dropped';
delete from delivery where status = 'dropped';
alter table attempt drop constraint attempt_outcome_check;
alter table attempt add constraint attempt_outcome_check check (outcome in ('delivered', 'failed', 'given_up'));
alter table delivery drop constraint delivery_status_check;
alter table delivery add constraint delivery_status_check check (status in ('pending', 'delivered', 'given_up'));
drop index delivery_in_order, delivery_gathered, delivery_gathered_due;
alter table delivery drop column over_at, drop column gathered, drop column peaceful, drop column place;
