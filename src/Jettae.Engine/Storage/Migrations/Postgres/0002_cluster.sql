-- Equal nodes: one that renews its row in time lives, and has the shards that name it. Whoever finds a row that has run out
-- removes it, and with that ends all that its node could still write.
create table nodes (
  id     text collate "C" primary key,
  until  bigint not null,
  -- Whether it takes shards: not before its program listens, nor when it stops.
  claims bigint not null default 0
);
create table shards (
  number bigint primary key,
  node   text collate "C"
);
insert into shards (number) select generate_series(0, 7);

-- What a node did to a shard of another one, until its owner has heard of it. No longer needed once somebody reads the shard anew.
create table inbox (
  seq       bigint generated always as identity primary key,
  shard     bigint not null,
  message   bigint,
  cancelled bigint not null default 0,
  tenant    text   collate "C",
  flow_key  text   collate "C"
);
create index inbox_of_shard on inbox (shard);

drop function hold(text, text);
drop table lease;

-- Nothing is written for a node that has been given up, however long it slept; nor is it given up while something is. Renewing changes no
-- key, and so need not wait for it.
create function hold(its_id text) returns bigint language plpgsql as $$
begin
  perform 1 from nodes where id = its_id for key share;
  if not found then
    raise exception 'this node has been given up' using errcode = 'JT001';
  end if;
  return 1;
end
$$;
