-- migrate:up

-- Whole, a state of some kilobytes had a page to itself, and each change of it needed another one. Packed in its row it
-- finds room on its page; it is read once, when its lane is opened or after a long while.
alter table state alter column body set storage main;
alter table state reset (toast_tuple_target);

-- migrate:down
alter table state set (toast_tuple_target = 8160);
alter table state alter column body set storage extended;
