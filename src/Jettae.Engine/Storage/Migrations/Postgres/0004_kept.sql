-- What the program around the engine keeps for all of its nodes, such as the token of its own tenant.
create table kept (
  name  text collate "C" primary key,
  value text not null
);
