-- A message of a queue. in_line: 0 not due yet, 1 waits in line, 2 admitted (from its first attempt to the end of its
-- callbacks), 3 has left. What waits in line is due in the year 9999: the queue makes it due when its turn comes.
alter table messages add column queue text;
alter table messages add column in_line integer;
-- A callback holds the place of the queue's message it reports on: the next one waits for it too.
alter table messages add column holder integer;
alter table messages add column flow_key text;
create index messages_in_line on messages (tenant, queue, in_line, not_before, seq) where in_line in (1, 2);
create index messages_holding on messages (holder) where holder is not null and state = 0;
create index messages_of_flow on messages (tenant, flow_key, due_at) where flow_key is not null;

alter table attempts add column flow_key text;
create index attempts_of_flow on attempts (tenant, flow_key, started_at) where flow_key is not null;

create table queues (
  tenant      text    not null,
  name        text    not null,
  parallelism integer not null,
  paused      integer not null default 0,
  created_at  integer not null,
  updated_at  integer not null,
  primary key (tenant, name)
) without rowid;

-- Zero is no limit. The version orders changes for whoever keeps the limits in memory; starts before reset_at count no more.
create table flow_controls (
  tenant             text    not null,
  key                text    not null,
  parallelism        integer not null,
  rate               integer not null,
  period             integer not null,
  paused             integer not null default 0,
  pinned_parallelism integer not null default 0,
  pinned_rate        integer not null default 0,
  reset_at           integer not null default 0,
  version            integer not null default 1,
  primary key (tenant, key)
) without rowid;

create table url_groups (
  tenant     text    not null,
  name       text    not null,
  headers    text    not null default '{}',
  created_at integer not null,
  updated_at integer not null,
  primary key (tenant, name)
) without rowid;

create table endpoints (
  place      integer primary key autoincrement,
  tenant     text    not null,
  group_name text    not null,
  url        text    not null,
  name       text,
  unique (tenant, group_name, url),
  foreign key (tenant, group_name) references url_groups (tenant, name) on delete cascade
);

create table schedules (
  tenant        text    not null,
  id            text    not null,
  cron          text    not null,
  destination   text    not null,
  headers       text    not null,
  body          blob    not null,
  caller_ip     text,
  created_at    integer not null,
  paused        integer not null default 0,
  next_at       integer,
  last_at       integer,
  last_messages text    not null default '[]',
  error         text,
  primary key (tenant, id)
) without rowid;
create index schedules_due on schedules (next_at) where paused = 0 and next_at is not null;

alter table tokens add column name text;
alter table tokens add column read_only integer not null default 0;
alter table tokens add column created_at integer not null default 0;
-- What the settings last said of a tenant's keys: a rotation is not undone by the next start.
alter table tenants add column given_signing_keys text not null default '';
-- Such as retries=5,delay=7d; empty for what the settings say of all tenants.
alter table tenants add column limits text not null default '';
