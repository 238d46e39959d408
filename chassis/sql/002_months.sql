-- migrate:up

-- Whoever runs a service makes no tables: this makes the partitions of the month of a moment and of the two after it,
-- with the owner's rights, and nothing else.
create function make_months(moment timestamptz) returns void
language plpgsql security definer set search_path from current as $$
declare
    start timestamp;
begin
    for ahead in 0..2 loop
        start := date_trunc('month', moment at time zone 'UTC') + make_interval(months => ahead);
        if to_regclass(format('event_%s', to_char(start, 'YYYY_MM'))) is null then
            execute format(
                'create table event_%s partition of event for values from (%L) to (%L)', to_char(start, 'YYYY_MM'),
                start at time zone 'UTC', (start + interval '1 month') at time zone 'UTC'
            );
        end if;
    end loop;
end
$$;

-- migrate:down
drop function make_months;
