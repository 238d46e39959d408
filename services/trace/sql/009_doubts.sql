-- migrate:up

-- What a person of the survey office found about the doubts of a visit.
create table doubts_settled (
    visit text primary key,
    verdict text not null,
    reason text not null,
    settled_by text not null,
    settled_at timestamptz not null
);

-- The device that is asked for, which whoever approves has to name.
alter table device add column device text;

-- migrate:down
alter table device drop column device;
drop table doubts_settled;
