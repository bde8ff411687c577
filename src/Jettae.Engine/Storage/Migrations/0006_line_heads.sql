-- How far a queue's line has come: its last admitted message, and the first of those that had a place then. What lies before is not
-- looked through again. A queue without one is looked through from its beginning.
create table line_heads (
  tenant     text    not null,
  name       text    not null,
  not_before integer not null,
  seq        integer not null,
  first_at   integer not null,
  first_seq  integer not null,
  primary key (tenant, name, not_before, seq)
) without rowid;
