alter table gridbatch_job add column if not exists array_id varchar(128) default '' not null;
alter table gridbatch_job add column if not exists items integer default -1 not null;
