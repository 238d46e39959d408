-- migrate:up

-- Under which id it was handed to a side that reports what arrived, and when that side took it.
alter table delivery add column sent_as text;
alter table delivery add column accepted_at timestamptz;
-- What one occasion asks to be told to one person has one origin, whichever ways it goes.
alter table delivery add column origin text;
alter table delivery drop constraint delivery_status_check;
alter table delivery add constraint delivery_status_check check (
    status in ('pending', 'accepted', 'delivered', 'undelivered', 'unconfirmed', 'given_up', 'dropped')
);
-- What can still be reported of was handed over under an id, at a moment.
alter table delivery add constraint delivery_reported_check check (
    (sent_as is null) = (accepted_at is null)
    and (status not in ('accepted', 'undelivered', 'unconfirmed') or sent_as is not null)
);
create index delivery_sent_as on delivery (sent_as) where sent_as is not null;
create index delivery_unreported on delivery (accepted_at) where status = 'accepted';

alter table attempt drop constraint attempt_outcome_check;
alter table attempt add constraint attempt_outcome_check
    check (outcome in ('accepted', 'delivered', 'failed', 'given_up', 'dropped'));
alter table attempt drop constraint attempt_check1;
alter table attempt add constraint attempt_error_check
    check ((error is null) = (outcome is null or outcome in ('accepted', 'delivered')));

-- What the other side reported, as it came, whether or not we know yet that it took the message.
create table report (
    message text not null,
    outcome text not null check (outcome in ('delivered', 'undelivered')),
    error text,
    at timestamptz not null,
    used boolean not null default false,
    primary key (message, outcome),
    -- Only what did not arrive has a reason.
    check ((error is null) = (outcome = 'delivered'))
);
create index report_unused on report (at) where not used;

-- What was found of a message that the other side had taken.
create table settlement (
    notice text not null references delivery,
    outcome text not null check (outcome in ('delivered', 'undelivered', 'unconfirmed')),
    ticket text not null,
    lane text not null,
    way text not null,
    attempts int not null,
    ended_at timestamptz not null,
    error text,
    -- Whether the lane has made a fact of it.
    told boolean not null default false,
    -- Each can be found of a message once.
    primary key (notice, outcome)
);
create index settlement_untold on settlement (lane, ended_at) where not told;

-- migrate:down
drop table settlement, report;
delete from attempt where outcome = 'accepted';
delete from attempt where notice in (select notice from delivery where status in ('accepted', 'undelivered', 'unconfirmed'));
delete from delivery where status in ('accepted', 'undelivered', 'unconfirmed');
alter table attempt drop constraint attempt_error_check;
alter table attempt add constraint attempt_check1 check ((error is null) = (outcome is null or outcome = 'delivered'));
alter table attempt drop constraint attempt_outcome_check;
alter table attempt add constraint attempt_outcome_check
    check (outcome in ('delivered', 'failed', 'given_up', 'dropped'));
drop index delivery_unreported, delivery_sent_as;
alter table delivery drop constraint delivery_reported_check;
alter table delivery drop constraint delivery_status_check;
alter table delivery add constraint delivery_status_check
    check (status in ('pending', 'delivered', 'given_up', 'dropped'));
alter table delivery drop column origin, drop column accepted_at, drop column sent_as;
