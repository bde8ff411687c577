-- How far a queue's line has come: its last admitted message, and the first of those that had a place then. What lies before is not
-- looked through again: while somebody's transaction is open, all that has left the line lies there. A queue without one is looked
-- through from its beginning. Never changed, but followed by the next, which is found from the end.
create table line_heads (
  tenant     text   collate "C" not null,
  name       text   collate "C" not null,
  not_before bigint not null,
  seq        bigint not null,
  first_at   bigint not null,
  first_seq  bigint not null,
  primary key (tenant, name, not_before, seq)
);

-- Who runs already places messages without looking: until the last of them is gone, no head is kept.
alter table nodes add column heads bigint not null default 0;
