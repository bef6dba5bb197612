create table if not exists gridbatch_archive (
  grid varchar(64) not null primary key,
  archived_through bigint not null,
  jobs bigint not null
);
create table if not exists gridbatch_job (
  sequence bigint not null,
  job_id varchar(128) not null,
  state varchar(16) not null,
  queue varchar(128) not null,
  tenant varchar(128) not null,
  name ${text} not null,
  name_start varchar(200) not null,
  attempt integer not null,
  max_attempts integer not null,
  rescues integer not null,
  worker varchar(128) not null,
  submitted_at timestamp with time zone not null,
  scheduled_at timestamp with time zone not null,
  final_at timestamp with time zone not null,
  error ${text} not null,
  result ${text} not null,
  retry_of varchar(128) not null,
  retried_as varchar(128) not null,
  script ${large.text} not null,
  spec ${bytes} not null,
  primary key (sequence, job_id)
);
create index if not exists gridbatch_job_by_id on gridbatch_job (job_id, sequence);
create index if not exists gridbatch_job_by_time on gridbatch_job (final_at desc, sequence desc);
create index if not exists gridbatch_job_by_queue on gridbatch_job (queue, final_at desc, sequence desc);
create index if not exists gridbatch_job_by_name on gridbatch_job (name_start, final_at desc, sequence desc);
create table if not exists gridbatch_attempt (
  sequence bigint not null,
  job_id varchar(128) not null,
  place integer not null,
  attempt integer not null,
  lease_id bigint not null,
  worker varchar(128) not null,
  started_at timestamp with time zone not null,
  ended_at timestamp with time zone not null,
  outcome varchar(16) not null,
  error ${text} not null,
  result ${text} not null,
  out_head ${text} not null,
  out_tail ${text} not null,
  out_bytes bigint not null,
  err_head ${text} not null,
  err_tail ${text} not null,
  err_bytes bigint not null,
  primary key (sequence, job_id, place)
);
create table if not exists gridbatch_tag (
  sequence bigint not null,
  job_id varchar(128) not null,
  tag_key varchar(128) not null,
  tag_value ${text} not null,
  tag_start varchar(200) not null,
  primary key (sequence, job_id, tag_key)
);
create index if not exists gridbatch_tag_by_start on gridbatch_tag (tag_start, sequence);
create table if not exists gridbatch_audit (
  number bigint not null,
  done_at timestamp with time zone not null,
  done_by varchar(256) not null,
  action varchar(128) not null,
  subject ${text} not null,
  detail ${text} not null,
  primary key (number, done_at)
);
create index if not exists gridbatch_audit_by_time on gridbatch_audit (done_at desc, number desc);
