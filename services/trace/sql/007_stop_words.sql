-- migrate:up

-- Whether something was recognised that no machine may answer, and whether a person has yet to see to it.
alter table summary
    add column stop_words bool not null default false,
    add column stop_words_unseen bool not null default false;
drop index summary_attention;
create index summary_attention on summary (ticket)
    where extension_asked or suspension_asked or commitment_due or supervision <> ''
        or callback_review <> '' or awaits_ruling or undelivered > 0 or stop_words_unseen;

-- migrate:down
drop index summary_attention;
create index summary_attention on summary (ticket)
    where extension_asked or suspension_asked or commitment_due or supervision <> ''
        or callback_review <> '' or awaits_ruling or undelivered > 0;
alter table summary drop column stop_words, drop column stop_words_unseen;
