-- migrate:up

-- Changes of rights are few, and asked for in their order.
create index entry_rights on entry (at) where type = 'liuhen.rules.rights-changed.v1';

-- migrate:down
drop index entry_rights;
