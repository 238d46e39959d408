-- migrate:up

-- What boards show: totals, read by liuhen_reader, which reads nothing else. No ticket, text, name or number stands in them.

create view board_received as
select (registered_at at time zone 'Asia/Shanghai')::date as day, channel, kind, category, subdistrict, count(*) as tickets
from summary where registered_at is not null
group by 1, 2, 3, 4, 5;

create view board_standing as
select state, stage, lead, tier, count(*) as tickets,
    count(*) filter (where exists (
        select from clock where clock.ticket = summary.ticket and clock.breached and clock.status in ('running', 'paused')
    )) as overdue
from summary
group by 1, 2, 3, 4;

create view board_closed as
select (closed_at at time zone 'Asia/Shanghai')::date as day, lead, category, outcome, count(*) as tickets,
    count(*) filter (where solved = 'solved') as solved, sum(reworks) as reworks, sum(returns) as returns
from summary where closed_at is not null
group by 1, 2, 3, 4;

grant usage on schema trace to liuhen_reader;
grant select on board_received, board_standing, board_closed to liuhen_reader;

-- migrate:down
revoke usage on schema trace from liuhen_reader;
drop view board_closed, board_standing, board_received;
