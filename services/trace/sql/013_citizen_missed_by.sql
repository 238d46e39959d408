-- migrate:up

-- Who held the ticket when the citizen's time ran out: the lateness is theirs, whoever leads afterwards.
alter table summary add column citizen_missed_by text not null default '';
-- What was missed and never done stays in the lists, whatever ended its clock.
create index clock_missed on clock (ticket) where breached and status <> 'met';

-- migrate:down
drop index clock_missed;
alter table summary drop column citizen_missed_by;
