-- Few messages are cancelled and few attempts fail: without these a page of the log looks through all of them.
create index messages_cancelled on messages (tenant, finished_at, seq) where state = 3;
create index attempts_failed on attempts (tenant, ended_at) where not (next_at is null and status between 200 and 299);
