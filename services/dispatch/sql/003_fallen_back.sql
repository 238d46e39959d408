-- migrate:up

-- The categories that only people dispatch, since too few of what policy had dispatched was found right.
create table fallen_back (
    category text primary key
);

-- migrate:down
drop table fallen_back;
