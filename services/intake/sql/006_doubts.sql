-- migrate:up

-- What a person of the survey office found about the doubts of a visit: once, whichever lane takes it.
create table doubts_settled (
    visit text primary key,
    verdict text not null,
    person text not null,
    name text not null,
    at timestamptz not null
);
create index visit_receipt on visit (receipt);

-- migrate:down
drop index visit_receipt;
drop table doubts_settled;
