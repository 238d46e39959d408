-- migrate:up

-- Who looked at a contact when: more than policy lets one person see within an hour waits for an approver.
create table look (
    ticket text not null,
    -- A fact makes one version of its ticket, so that a look is kept once however often it is decided again.
    version bigint not null,
    person text not null,
    at timestamptz not null,
    primary key (ticket, version)
);
create index look_person on look (person, at);

-- migrate:down
drop table look;
