-- migrate:up

-- The incidents that gather what still comes, of their category and at their place, until they are closed.
create table gathering (
    incident text primary key,
    category text not null,
    place json not null
);

-- migrate:down
drop table gathering;
