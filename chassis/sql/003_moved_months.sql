-- migrate:up

-- As before, and what lies in the default partition goes to the partition of its month: the rows stay the same rows of the
-- same table. Without that, one row of a month in the default partition would keep the month from ever having its own.
create or replace function make_months(moment timestamptz) returns void
language plpgsql security definer set search_path from current as $$
declare
    start timestamp;
    part text;
    since timestamptz;
    until timestamptz;
begin
    -- Two workers begin in the same second.
    perform pg_advisory_xact_lock(hashtext(current_schema() || '.make_months'));
    for start in
        select date_trunc('month', moment at time zone 'UTC') + make_interval(months => ahead)
        from generate_series(0, 2) ahead
        union
        select distinct date_trunc('month', recorded at time zone 'UTC') from event_default
    loop
        part := format('event_%s', to_char(start, 'YYYY_MM'));
        since := start at time zone 'UTC';
        until := (start + interval '1 month') at time zone 'UTC';
        continue when to_regclass(part) is not null;
        execute format('create table %s (like event including all)', part);
        execute format(
            'with moved as (delete from event_default where recorded >= %L and recorded < %L returning *)'
            ' insert into %s select * from moved', since, until, part
        );
        execute format('alter table event attach partition %s for values from (%L) to (%L)', part, since, until);
    end loop;
end
$$;

-- migrate:down
drop function make_months;
