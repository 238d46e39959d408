-- migrate:up

-- The ledger of visits: each once, as the door took it. The household is a keyed hash, the address its compound alone.
create table visit (
    receipt text primary key,
    visitor text not null,
    unit text not null,
    household text not null,
    compound text,
    subdistrict text,
    visited_at timestamptz not null,
    received_at timestamptz not null,
    latitude float8 not null,
    longitude float8 not null,
    accuracy float8 not null,
    problems int not null check (problems >= 0),
    doubts text[] not null
);
create index visit_visited on visit (visited_at desc, receipt desc);
create index visit_visitor on visit (visitor);

-- What visitors asked for and what was bound, in whatever order it is heard.
create table device (
    receipt text primary key,
    visitor text not null,
    happened text not null check (happened in ('requested', 'bound')),
    reason text,
    approved_by text,
    at timestamptz not null
);
create index device_visitor on device (visitor, happened);

insert into visit
select body ->> 'receipt', body ->> 'visitor', body ->> 'unit', body ->> 'household', null, null,
    (body ->> 'visited_at')::timestamptz, at, (body -> 'position' ->> 'latitude')::float8,
    (body -> 'position' ->> 'longitude')::float8, (body -> 'position' ->> 'accuracy')::float8,
    json_array_length(coalesce(body -> 'tickets', '[]')),
    array(select json_array_elements_text(coalesce(body -> 'doubts', '[]')))
from entry where type = 'liuhen.tickets.visited.v1' on conflict do nothing;
insert into device
select body ->> 'receipt', body ->> 'visitor', split_part(split_part(type, '.', 3), '-', 2), body ->> 'reason',
    body -> 'approved_by' ->> 'name', at
from entry where type in ('liuhen.tickets.device-requested.v1', 'liuhen.tickets.device-bound.v1') on conflict do nothing;

-- migrate:down
drop table device, visit;
