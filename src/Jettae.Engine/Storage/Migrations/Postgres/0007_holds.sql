-- What a commit holds of its node, and who gives a node up must have. The node's own row is another at each beat, and while somebody's
-- transaction is open every commit would step over all that it ever was.
create table holds (
  id text collate "C" primary key references nodes (id) on delete cascade
);

-- Who runs already has none, and is held by its own row as before.
create or replace function hold(its_id text) returns bigint language plpgsql as $$
begin
  perform 1 from holds where id = its_id for key share;
  if not found then
    perform 1 from nodes where id = its_id for key share;
    if not found then
      raise exception 'this node has been given up' using errcode = 'JT001';
    end if;
  end if;
  return 1;
end
$$;
