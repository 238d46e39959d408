-- migrate:up

-- Whether its author is the requester of the tickets that it concerns, and is shown their news: a number is no secret.
alter table submission add column shown boolean not null default true;
update submission set shown = false where action not in ('register', 'record_visit', 'answer_on_line');

-- A keyed hash of the requester's WeChat account, where `requester` is one of the telephone.
alter table ticket add column account text;

-- migrate:down
alter table ticket drop column account;
alter table submission drop column shown;
