/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.remote;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of a queue-server, PID {@code org.gridbatch.queue}. */
@ObjectClassDefinition(
        name = "Gridbatch: queue server",
        description = "The one server of a grid that keeps the jobs. It runs where this configuration exists.")
@interface QueueServerConfig {
    @AttributeDefinition(
            name = "data.dir",
            description = "Directory of the log and the snapshots; made if it is missing, and used by one server only")
    String data_dir();

    @AttributeDefinition(
            name = "lease.seconds",
            description = "How long a worker may be silent before its jobs are offered again; 2 to 3600")
    int lease_seconds() default 30;

    @AttributeDefinition(
            name = "max.rescues",
            description = "How often the worker of a job may be lost before the job is discarded; 0 to 1000")
    int max_rescues() default 3;

    @AttributeDefinition(name = "max.script.bytes", description = "Cap on a script, in bytes of UTF-8; 1 to 4194304")
    int max_script_bytes() default 1 << 20;

    @AttributeDefinition(
            name = "max.jobs",
            description = "Most jobs that are not final, over all queues; 1 to 100000000")
    int max_jobs() default 1_000_000;

    @AttributeDefinition(
            name = "max.jobs.per.queue",
            description = "Most jobs that are not final in one queue; 1 to 100000000")
    int max_jobs_per_queue() default 1_000_000;

    @AttributeDefinition(
            name = "max.jobs.mb",
            description = "Most memory of all jobs in MiB, about; 0 means half of the Java heap")
    int max_jobs_mb() default 0;

    @AttributeDefinition(
            name = "max.tenants",
            description = "Most tenants that have jobs that are not final; 1 to 1000000")
    int max_tenants() default 100_000;

    @AttributeDefinition(
            name = "max.shapes",
            description = "Most different combinations of queue, limit key and placement of jobs that are not final; "
                    + "matching costs by their number; 1 to 100000")
    int max_shapes() default 2_000;

    @AttributeDefinition(name = "max.dependents", description = "Most jobs that wait for one other; 1 to 1000000")
    int max_dependents() default 10_000;

    @AttributeDefinition(
            name = "max.unique.keys",
            description = "Most unique keys that are held for a time, whatever became of their jobs; 1 to 10000000")
    int max_unique_keys() default 100_000;

    @AttributeDefinition(name = "keep.final.jobs", description = "How many final jobs stay in memory; 0 to 100000000")
    int keep_final_jobs() default 10_000;

    @AttributeDefinition(name = "keep.final.hours", description = "How long final jobs stay in memory; 1 to 87600")
    int keep_final_hours() default 24;

    @AttributeDefinition(
            name = "keep.final.mb",
            description = "In how much memory final jobs stay, in MiB, about; 0 means a quarter of the Java heap")
    int keep_final_mb() default 0;

    @AttributeDefinition(
            name = "known.ids",
            description =
                    "How many ids of jobs that left memory stay known, so that a call can be repeated; 0 to 10000000")
    int known_ids() default 100_000;

    @AttributeDefinition(name = "known.hours", description = "How long those ids stay known; 1 to 87600")
    int known_hours() default 24;

    @AttributeDefinition(
            name = "archive.url",
            description = "JDBC URL of the history's database, jdbc:postgresql:… or jdbc:h2:…; "
                    + "empty for H2 in the data directory, none for no history")
    String archive_url() default "";

    @AttributeDefinition(name = "archive.user", description = "User of that database; empty if the URL says it")
    String archive_user() default "";

    @AttributeDefinition(
            name = "archive.password",
            type = AttributeType.PASSWORD,
            description = "Password of that user")
    String archive_password() default "";

    @AttributeDefinition(
            name = "archive.pool.size",
            description = "Most connections to that database, of which one writes; 2 to 64")
    int archive_pool_size() default 4;

    @AttributeDefinition(name = "archive.keep.days", description = "How long the history keeps jobs; 1 to 36500")
    int archive_keep_days() default 90;

    @AttributeDefinition(name = "archive.keep.jobs", description = "How many jobs the history keeps; 1 to 2000000000")
    int archive_keep_jobs() default 1_000_000;

    @AttributeDefinition(
            name = "archive.outbox.jobs",
            description = "With so many final jobs waiting for the database, workers get no more; 1 to 100000000")
    int archive_outbox_jobs() default 100_000;

    @AttributeDefinition(
            name = "archive.outbox.mb",
            description =
                    "With so many MiB of them waiting, about, workers get no more; 0 means a quarter of the Java heap")
    int archive_outbox_mb() default 0;

    @AttributeDefinition(
            name = "snapshot.mb",
            description = "A snapshot is written, and the log before it deleted, after so many MiB of log; 1 to 65536")
    int snapshot_mb() default 256;

    @AttributeDefinition(
            name = "start.timeout.seconds",
            description = "Longest wait for the log to be replayed at the start; 5 to 86400")
    int start_timeout_seconds() default 600;

    @AttributeDefinition(
            name = "exported.configs",
            description =
                    "Which distribution providers export the queue; they must know methods that return a CompletionStage")
    String[] exported_configs() default {"gridbatch.grpc"};
}
