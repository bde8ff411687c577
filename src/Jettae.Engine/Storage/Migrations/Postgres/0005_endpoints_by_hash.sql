-- An entry of an index holds some 2,700 bytes, and a URL may have 8,000: what is indexed of it is its hash.
create function url_hash(url text) returns bytea language sql immutable as $$
  select sha256(convert_to(url, 'UTF8'))
$$;
create unique index endpoints_of_group on endpoints (tenant, group_name, url_hash(url));
alter table endpoints drop constraint endpoints_tenant_group_name_url_key;
