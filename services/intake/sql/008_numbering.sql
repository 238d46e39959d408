-- migrate:up

-- How a lane at the door numbers its tickets: given when the first one is registered there, and never changed.
create table numbering (
    lane text primary key references lane,
    -- The two digits by which its numbers differ from those of all other lanes.
    number smallint not null unique check (number between 0 and 99),
    -- What scatters its count, so that whoever knows some of its numbers cannot tell another.
    key bytea not null check (length(key) = 16)
);

-- migrate:down
drop table numbering;
