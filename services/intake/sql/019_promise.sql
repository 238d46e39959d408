-- migrate:up

-- What the promised date goes by, as JSON: its clock, the due times that are known of it, and what was missed.
alter table ticket add column promise text;

-- What was promised before was the citizen's own date, told in words alone.
update ticket set promise = json_build_object('citizens', case
    when dates.parts[6] is null then json_build_object(
        'at', make_timestamptz(dates.parts[1]::int, dates.parts[2]::int, dates.parts[3]::int, dates.parts[4]::int, coalesce(dates.parts[5], '0')::int, 0, 'Asia/Shanghai'))
    else json_build_object(
        'earliest', make_timestamptz(dates.parts[1]::int, dates.parts[2]::int, dates.parts[3]::int, dates.parts[4]::int, coalesce(dates.parts[5], '0')::int, 0, 'Asia/Shanghai'),
        'latest', make_timestamptz(dates.parts[6]::int, dates.parts[7]::int, dates.parts[8]::int, dates.parts[9]::int, coalesce(dates.parts[10], '0')::int, 0, 'Asia/Shanghai'))
    end)::text
from (
    select id as told, regexp_match(
        promised,
        '^(\d{4})年(\d\d)月(\d\d)日 (\d\d)(?::(\d\d)|时)(?:（.*最迟(\d{4})年(\d\d)月(\d\d)日 (\d\d)(?::(\d\d)|时)）)?$'
    ) as parts
    from ticket where open and promised is not null
) dates
where ticket.id = dates.told and dates.parts is not null;

-- migrate:down
alter table ticket drop column promise;
