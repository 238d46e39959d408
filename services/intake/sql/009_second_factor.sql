-- migrate:up

-- A keyed hash of the receipt and the last digits of the telephone that came along: with both a citizen sees progress.
alter table submission add column factor text;

-- migrate:down
alter table submission drop column factor;
