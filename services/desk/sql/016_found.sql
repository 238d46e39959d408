-- migrate:up

-- The city hotline's own number of it, by which the centre is asked about it.
alter table caller add column upstream text;
create index caller_at on caller (at desc, ticket);

-- The lives of tickets are read once more: how they began has that number.
delete from input where topic = 'liuhen.dispatch.v1';
delete from heard where topic = 'liuhen.dispatch.v1';

-- migrate:down
drop index caller_at;
alter table caller drop column upstream;
