-- While another session holds a transaction open, letters that were taken out stay in the way: they are looked for behind a place.
create index inbox_in_order on inbox (shard, seq);
drop index inbox_of_shard;

-- Where the first nodes made their tables it is not there yet.
alter table nodes add column if not exists claims bigint not null default 0;
