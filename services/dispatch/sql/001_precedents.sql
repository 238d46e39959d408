-- migrate:up

-- What was ruled on a category at a place: the next dispatch and the next return request of the like cite it.
create table precedent (
    ticket text primary key,
    category text not null,
    subdistrict text not null,
    lead text not null,
    reason text not null
);
create index precedent_like on precedent (category, subdistrict);

-- migrate:down
drop table precedent;
