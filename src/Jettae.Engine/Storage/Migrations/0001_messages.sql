create table tenants (
  name                text primary key,
  current_signing_key text not null,
  next_signing_key    text not null
) without rowid;

create table tokens (
  hash   blob primary key,
  tenant text not null references tenants (name)
) without rowid;

-- state: 0 pending, 1 delivered, 2 failed, 3 cancelled. What is in flight is pending here: after a crash it is simply due again.
create table messages (
  seq         integer primary key,
  id          text    not null unique,
  tenant      text    not null,
  shard       integer not null,
  state       integer not null default 0,
  due_at      integer not null,
  retried     integer not null default 0,
  created_at  integer not null,
  not_before  integer not null,
  finished_at integer,
  url         text    not null,
  method      text    not null,
  max_retries integer not null,
  labels      text    not null default '',
  config      text    not null,
  body        blob    not null
);
create index messages_due_in_shard on messages (shard, due_at, seq) where state = 0;
create index messages_created on messages (tenant, created_at, seq);
create index messages_finished on messages (finished_at) where finished_at is not null;

-- One row per attempt, written when it ended; retried is its 0-based number.
create table attempts (
  message_seq integer not null references messages (seq) on delete cascade,
  retried     integer not null,
  tenant      text    not null,
  started_at  integer not null,
  ended_at    integer not null,
  status      integer not null,
  error       text,
  headers     text,
  body        blob,
  next_at     integer,
  primary key (message_seq, retried)
) without rowid;
create index attempts_ended on attempts (tenant, ended_at);

create table dead_letters (
  id          text    primary key,
  seq         integer not null unique,
  tenant      text    not null,
  message_seq integer not null unique references messages (seq) on delete cascade,
  created_at  integer not null
) without rowid;
create index dead_letters_listed on dead_letters (tenant, seq);

create table deduplications (
  key        blob    primary key,
  message_id text    not null,
  expires_at integer not null
) without rowid;
create index deduplications_expired on deduplications (expires_at);
create index attempts_started on attempts (tenant, started_at);
