-- migrate:up

-- What policy dispatched by itself and a person checks: as what it went, and what was found.
alter table summary
    add column drawn_at timestamptz,
    add column drawn_category text,
    add column drawn_lead text,
    add column check_verdict text,
    add column fell_back text;
create index summary_drawn on summary (drawn_at) where drawn_at is not null;
create index summary_fell_back on summary (fell_back) where fell_back is not null;

-- migrate:down
drop index summary_fell_back;
drop index summary_drawn;
alter table summary
    drop column drawn_at, drop column drawn_category, drop column drawn_lead, drop column check_verdict,
    drop column fell_back;
