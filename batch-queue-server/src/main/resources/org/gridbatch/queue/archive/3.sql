alter table gridbatch_job add column if not exists throttle integer default 0 not null;
alter table gridbatch_job add column if not exists items_completed integer default 0 not null;
alter table gridbatch_job add column if not exists items_discarded integer default 0 not null;
alter table gridbatch_job add column if not exists items_cancelled integer default 0 not null;
create index if not exists gridbatch_job_by_array on gridbatch_job (array_id, final_at desc, sequence desc);
