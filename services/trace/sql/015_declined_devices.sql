-- migrate:up

-- A wish for another device can be declined.
alter table device drop constraint device_happened_check;
alter table device add constraint device_happened_check check (happened in ('requested', 'bound', 'declined'));

-- migrate:down
delete from device where happened = 'declined';
alter table device drop constraint device_happened_check;
alter table device add constraint device_happened_check check (happened in ('requested', 'bound'));
