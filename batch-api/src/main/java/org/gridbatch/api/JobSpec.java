/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a producer asks for: a script and how to run it. Made with {@link #script(String)} and the builder.
 *
 * @param jobId chosen by the caller, so that a submit can be repeated; {@link JobIds#next()} makes a good one
 * @param queue where the job waits; {@code default} unless said otherwise
 * @param name for people; may be empty
 * @param script Gogo text; not blank
 * @param args what the script sees as {@code $1 …} and {@code $args}
 * @param tags for finding the job again
 * @param maxAttempts failures after which the job is discarded; 1 to 1,000, by default 5
 * @param backoff the wait between attempts
 * @param timeout the longest time of one attempt; zero means no limit
 * @param delay from acceptance until the job is first available; zero means at once
 * @param notBefore the job is not available before this instant; {@link Instant#EPOCH} means at once. The later of
 *     {@code delay} and {@code notBefore} counts
 */
public record JobSpec(
        String jobId,
        String queue,
        String name,
        String script,
        List<String> args,
        Map<String, String> tags,
        int maxAttempts,
        Backoff backoff,
        Duration timeout,
        Duration delay,
        Instant notBefore)
        implements Serializable {
    /** The queue of jobs that name none. */
    public static final String DEFAULT_QUEUE = "default";

    /** Attempts of jobs that do not say. */
    public static final int DEFAULT_MAX_ATTEMPTS = 5;

    /** @throws InvalidRequestException if a field is out of its bounds; the message names it */
    public JobSpec {
        jobId = Check.name("job id", jobId, Limits.NAME);
        queue = queue == null || queue.isEmpty() ? DEFAULT_QUEUE : Check.name("queue", queue, Limits.NAME);
        name = Check.text("name", name, Limits.TEXT);
        script = Check.text("script", script, Limits.SCRIPT);
        if (script.isBlank()) throw new InvalidRequestException("the script is empty, want Gogo text: job " + jobId);
        args = Check.list("args", args, Limits.ARGS);
        args.forEach(arg -> Check.text("argument", arg, Limits.TEXT));
        tags = Check.map("tag", tags, Limits.TAGS);
        maxAttempts =
                maxAttempts == 0 ? DEFAULT_MAX_ATTEMPTS : Check.range("max attempts", maxAttempts, 1, Limits.ATTEMPTS);
        backoff = backoff == null ? Backoff.DEFAULT : backoff;
        timeout = Check.range("timeout", timeout, Duration.ZERO, Limits.DELAY);
        delay = Check.range("delay", delay, Duration.ZERO, Limits.DELAY);
        notBefore = notBefore == null ? Instant.EPOCH : notBefore;
    }

    /** Starts a job with this script, a new id, and defaults for all else. */
    public static Builder script(String script) {
        return new Builder(script);
    }

    /** Collects the fields of a {@link JobSpec}; not thread-safe. */
    public static final class Builder {
        private final String script;
        private String jobId = "";
        private String queue = DEFAULT_QUEUE;
        private String name = "";
        private List<String> args = List.of();
        private Map<String, String> tags = Map.of();
        private int maxAttempts = DEFAULT_MAX_ATTEMPTS;
        private Backoff backoff = Backoff.DEFAULT;
        private Duration timeout = Duration.ZERO;
        private Duration delay = Duration.ZERO;
        private Instant notBefore = Instant.EPOCH;

        private Builder(String script) {
            this.script = script;
        }

        public Builder jobId(String value) {
            jobId = value;
            return this;
        }

        public Builder queue(String value) {
            queue = value;
            return this;
        }

        public Builder name(String value) {
            name = value;
            return this;
        }

        public Builder args(List<String> value) {
            args = value;
            return this;
        }

        public Builder tags(Map<String, String> value) {
            tags = value;
            return this;
        }

        public Builder maxAttempts(int value) {
            maxAttempts = Check.range("max attempts", value, 1, Limits.ATTEMPTS);
            return this;
        }

        public Builder backoff(Backoff value) {
            backoff = value;
            return this;
        }

        public Builder timeout(Duration value) {
            timeout = value;
            return this;
        }

        public Builder delay(Duration value) {
            delay = value;
            return this;
        }

        public Builder notBefore(Instant value) {
            notBefore = value;
            return this;
        }

        /** @throws InvalidRequestException if a field is out of its bounds; the message names it */
        public JobSpec build() {
            return new JobSpec(
                    jobId.isEmpty() ? JobIds.next() : jobId,
                    queue,
                    name,
                    script,
                    args,
                    tags,
                    maxAttempts,
                    backoff,
                    timeout,
                    delay,
                    notBefore);
        }
    }
}
