-- migrate:up

-- Until when it has to be done by the limits of the centre, as far as working days are published; and from when on it
-- is late in any case.
alter table task add column due timestamptz, add column late timestamptz;
update task set due = since, late = since;
alter table task alter column due set not null, alter column late set not null, add check (due <= late);
drop index task_on_top;
create index task_on_top on task (weight, due, ticket, task) where body is not null;

-- What waits since before is read once more, and is due then as it should be.
update task set sequence = sequence - 1 where body is not null;
delete from input where topic = 'liuhen.public.desk.v1';

-- migrate:down
drop index task_on_top;
alter table task drop column due, drop column late;
create index task_on_top on task (weight, since, ticket, task) where body is not null;
