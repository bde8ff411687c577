-- Numbered as they are given up, never again with a number that was used: who pages misses none that comes meanwhile.
alter table dead_letters rename to dead_letters_by_message;
create table dead_letters (
  seq         integer primary key autoincrement,
  id          text    not null unique,
  tenant      text    not null,
  message_seq integer not null unique references messages (seq) on delete cascade,
  created_at  integer not null
);
insert into dead_letters (id, tenant, message_seq, created_at)
  select id, tenant, message_seq, created_at from dead_letters_by_message order by created_at, seq;
drop table dead_letters_by_message;
create index dead_letters_listed on dead_letters (tenant, seq);
