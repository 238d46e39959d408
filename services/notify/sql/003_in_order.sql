-- migrate:up

-- What anybody is told of a ticket leaves in the order in which it was wanted.
drop index delivery_in_order;
create index delivery_in_order on delivery (ticket, place) where status = 'pending';

-- migrate:down
drop index delivery_in_order;
create index delivery_in_order on delivery (ticket, place) where status = 'pending' and audience = 'requester';
