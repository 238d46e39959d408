-- migrate:up

-- By when the city wants it: with the tier it says what is promised to whoever asked.
alter table caller add column upstream_due timestamptz;

-- The lives of tickets are read once more: how they began has that date.
delete from input where topic = 'liuhen.dispatch.v1';
delete from heard where topic = 'liuhen.dispatch.v1';

-- migrate:down
alter table caller drop column upstream_due;
