-- When attempts of a flow-control key with a rate began, written before each of them: it counts whatever becomes of it.
create table flow_starts (
  tenant      text    not null,
  flow_key    text    not null,
  began_at    integer not null,
  message_seq integer not null,
  retried     integer not null,
  primary key (tenant, flow_key, began_at, message_seq, retried)
) without rowid;
create index flow_starts_began on flow_starts (began_at);

-- Messages of a tenant with a limit by the day: how many the last UTC day took, which is numbered from 1970 on.
alter table tenants add column day integer not null default 0;
alter table tenants add column messages_of_day integer not null default 0;
