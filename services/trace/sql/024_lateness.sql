-- migrate:up

-- Late is what was missed, also where it was made up for since: a list and a header do not forget it when it is done.
drop index clock_missed;
alter table clock drop column missed;
alter table clock add column missed bool not null generated always as (coalesce(late, breached)) stored;
create index clock_missed on clock (ticket) where missed;

create or replace view board_standing as
select state, stage, lead, tier, count(*) as tickets,
    count(*) filter (where exists (select from clock where clock.ticket = summary.ticket and clock.missed)) as overdue
from summary
group by 1, 2, 3, 4;

create or replace view board_departments as
select lead, count(*) as open,
    count(*) filter (where exists (select from clock where clock.ticket = summary.ticket and clock.missed)) as overdue
from summary where holder <> '' and lead is not null
group by 1;

-- migrate:down
create or replace view board_departments as
select lead, count(*) as open,
    count(*) filter (where exists (
        select from clock where clock.ticket = summary.ticket and clock.breached and clock.status in ('running', 'paused')
    )) as overdue
from summary where holder <> '' and lead is not null
group by 1;

create or replace view board_standing as
select state, stage, lead, tier, count(*) as tickets,
    count(*) filter (where exists (
        select from clock where clock.ticket = summary.ticket and clock.breached and clock.status in ('running', 'paused')
    )) as overdue
from summary
group by 1, 2, 3, 4;

drop index clock_missed;
alter table clock drop column missed;
alter table clock add column missed bool generated always as (breached and status <> 'met') stored;
create index clock_missed on clock (ticket) where missed;
