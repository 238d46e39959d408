-- migrate:up

-- Logins that wait for what an OpenID provider says: each is answered once.
create table begun_login (
    state text primary key,
    nonce text not null,
    verifier text not null,
    back text not null,
    -- What only the terminal can answer that began it; null for a browser.
    challenge text,
    -- Where a browser goes on afterwards.
    following text not null,
    until timestamptz not null
);

-- migrate:down
drop table begun_login;
