-- migrate:up

-- How many tickets came to each step in an hour: what a counter of a process cannot tell, for it forgets with the process.
create view board_steps as
select step.name as step, date_trunc('hour', step.at) as hour, count(*) as tickets
from summary, lateral (values
    ('registered', registered_at), ('dispatched', dispatched_at), ('accepted', accepted_at),
    ('contacted', contacted_at), ('handled', handled_at), ('closed', closed_at)
) as step (name, at)
where step.at is not null
group by 1, 2;

create or replace view board_closed as
select (closed_at at time zone 'Asia/Shanghai')::date as day, lead, category, outcome, count(*) as tickets,
    count(*) filter (where solved = 'solved') as solved, sum(reworks) as reworks, sum(returns) as returns, ruling
from summary where closed_at is not null
group by 1, 2, 3, 4, 9;

-- What each department has in hand, and how much of it has a clock that ran out.
create view board_departments as
select lead, count(*) as open,
    count(*) filter (where exists (
        select from clock where clock.ticket = summary.ticket and clock.breached and clock.status in ('running', 'paused')
    )) as overdue
from summary where holder <> '' and lead is not null
group by 1;

grant select on board_steps, board_departments to liuhen_reader;

-- migrate:down
drop view board_departments, board_steps;
drop view board_closed;
create view board_closed as
select (closed_at at time zone 'Asia/Shanghai')::date as day, lead, category, outcome, count(*) as tickets,
    count(*) filter (where solved = 'solved') as solved, sum(reworks) as reworks, sum(returns) as returns
from summary where closed_at is not null
group by 1, 2, 3, 4;
grant select on board_closed to liuhen_reader;
