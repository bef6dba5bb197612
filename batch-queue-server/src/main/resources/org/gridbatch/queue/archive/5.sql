alter table gridbatch_job add column if not exists submitted_by varchar(256) default '' not null;
