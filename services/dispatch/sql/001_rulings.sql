-- migrate:up

-- What was ruled on a category at a place: the next dispatch and the next return request of the like cite it.
create table ruling (
    number bigint generated always as identity primary key,
    ticket text not null,
    -- A fact makes one version of its ticket, so that a ruling is kept once however often it is decided again.
    version bigint not null,
    kind text not null check (kind in ('adjudicated', 'overruled', 'upheld')),
    category text not null,
    subdistrict text not null,
    -- Nobody is named as lead where a return was upheld.
    lead text check ((lead is null) = (kind = 'upheld')),
    ground text,
    returned_by text,
    unique (ticket, version)
);

-- migrate:down
drop table ruling;
