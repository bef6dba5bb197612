alter table gridbatch_archive add column if not exists pruned_millis bigint default 0 not null;
alter table gridbatch_archive add column if not exists pruned_sequence bigint default 0 not null;
