/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
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
 * @param maxAttempts failures after which the job is discarded; 1 to 1,000; 0 means as the queue is set
 * @param backoff the wait between attempts; null means as the queue is set
 * @param timeout the longest time of one attempt; zero means as the queue is set
 * @param delay from acceptance until the job is first available; zero means at once
 * @param notBefore the job is not available before this instant; {@link Instant#EPOCH} means at once. The later of
 *     {@code delay} and {@code notBefore} counts
 * @param deadline the job is discarded when it is not final by then; {@link Instant#EPOCH} means never
 * @param tenant whose job it is: tenants take turns; may be empty, which is a tenant as well
 * @param priority jobs of the same tenant with a higher one go first, as if each step were ten minutes of age; -100 to
 *     100, by default 0
 * @param exclusiveKey of jobs with the same one, one runs at a time; empty means none
 * @param limitKey jobs with the same one share the limit that an operator has set for it; empty means none
 * @param placement which workers can run it
 * @param after jobs that must be final before it; they must be known to the queue, or come before it in the same submit
 * @param unique whether an equal job that waits already will do
 * @param failOn what fails an attempt beside an exception
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
        Instant notBefore,
        Instant deadline,
        String tenant,
        int priority,
        String exclusiveKey,
        String limitKey,
        Placement placement,
        List<Dependency> after,
        Unique unique,
        FailOn failOn)
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
        maxAttempts = Check.range("max attempts", maxAttempts, 0, Limits.ATTEMPTS);
        timeout = Check.range("timeout", timeout, Duration.ZERO, Limits.DELAY);
        delay = Check.range("delay", delay, Duration.ZERO, Limits.DELAY);
        notBefore = notBefore == null ? Instant.EPOCH : notBefore;
        deadline = deadline == null ? Instant.EPOCH : deadline;
        tenant = Check.optionalName("tenant", tenant, Limits.NAME);
        priority = Check.range("priority", priority, -Limits.PRIORITY, Limits.PRIORITY);
        exclusiveKey = Check.optionalName("exclusive key", exclusiveKey, Limits.NAME);
        limitKey = Check.optionalName("limit key", limitKey, Limits.NAME);
        placement = placement == null ? Placement.ANYWHERE : placement;
        after = Check.list("after", after, Limits.DEPENDENCIES);
        unique = unique == null ? Unique.NO : unique;
        failOn = failOn == null ? FailOn.EXCEPTION : failOn;
        // A queue keeps a million of these: what is equal to a default is that default, whoever made it.
        // And many of them run the same script.
        script = SharedScripts.of(script);
        queue = queue.intern();
        tenant = tenant.intern();
        limitKey = limitKey.intern();
        if (Backoff.DEFAULT.equals(backoff)) backoff = Backoff.DEFAULT;
        if (timeout.isZero()) timeout = Duration.ZERO;
        if (delay.isZero()) delay = Duration.ZERO;
        if (notBefore.equals(Instant.EPOCH)) notBefore = Instant.EPOCH;
        if (deadline.equals(Instant.EPOCH)) deadline = Instant.EPOCH;
        if (placement.equals(Placement.ANYWHERE)) placement = Placement.ANYWHERE;
        if (unique.equals(Unique.NO)) unique = Unique.NO;
        if (failOn.equals(FailOn.EXCEPTION)) failOn = FailOn.EXCEPTION;
    }

    /** The same job with what it does not say taken from its queue. */
    public JobSpec withDefaultsOf(QueueSettings settings) {
        if (maxAttempts != 0 && backoff != null && !timeout.isZero()) return this;
        Builder copy = new Builder(this);
        if (maxAttempts == 0) copy.maxAttempts = settings.maxAttempts();
        if (backoff == null) copy.backoff = settings.backoff();
        if (timeout.isZero()) copy.timeout = settings.timeout();
        return copy.build();
    }

    /** The same job with another id, and available at once. */
    public JobSpec again(String newId) {
        Builder copy = new Builder(this);
        copy.jobId = newId;
        copy.delay = Duration.ZERO;
        copy.notBefore = Instant.EPOCH;
        copy.deadline = Instant.EPOCH;
        copy.after = List.of();
        copy.unique = Unique.NO;
        return copy.build();
    }

    /** The same job with another id and with a tag. */
    public JobSpec tagged(String newId, String tag, String value) {
        Builder copy = new Builder(this);
        copy.jobId = newId;
        if (!value.equals(tags.get(tag))) {
            copy.tags = new LinkedHashMap<>(tags);
            copy.tags.put(tag, value);
        }
        return copy.build();
    }

    /** The same job with other arguments. */
    public JobSpec withArgs(List<String> others) {
        Builder copy = new Builder(this);
        copy.args = others;
        return copy.build();
    }

    /** What an item of the array runs that this is the template of. */
    public JobSpec item(String itemId, List<String> itemArgs, String itemKey, Placement itemPlacement) {
        Builder copy = new Builder(this);
        copy.jobId = itemId;
        copy.args = itemArgs;
        copy.exclusiveKey = itemKey;
        copy.placement = itemPlacement;
        copy.delay = Duration.ZERO;
        copy.notBefore = Instant.EPOCH;
        copy.after = List.of();
        copy.unique = Unique.NO;
        return copy.build();
    }

    /** The same job that waits for others as well. */
    public JobSpec waitingFor(List<Dependency> others) {
        Builder copy = new Builder(this);
        copy.after = others;
        return copy.build();
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
        private int maxAttempts;
        private Backoff backoff;
        private Duration timeout = Duration.ZERO;
        private Duration delay = Duration.ZERO;
        private Instant notBefore = Instant.EPOCH;
        private Instant deadline = Instant.EPOCH;
        private String tenant = "";
        private int priority;
        private String exclusiveKey = "";
        private String limitKey = "";
        private Placement placement = Placement.ANYWHERE;
        private List<Dependency> after = List.of();
        private Unique unique = Unique.NO;
        private FailOn failOn = FailOn.EXCEPTION;

        private Builder(String script) {
            this.script = script;
        }

        private Builder(JobSpec spec) {
            script = spec.script;
            jobId = spec.jobId;
            queue = spec.queue;
            name = spec.name;
            args = spec.args;
            tags = spec.tags;
            maxAttempts = spec.maxAttempts;
            backoff = spec.backoff;
            timeout = spec.timeout;
            delay = spec.delay;
            notBefore = spec.notBefore;
            deadline = spec.deadline;
            tenant = spec.tenant;
            priority = spec.priority;
            exclusiveKey = spec.exclusiveKey;
            limitKey = spec.limitKey;
            placement = spec.placement;
            after = spec.after;
            unique = spec.unique;
            failOn = spec.failOn;
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

        public Builder deadline(Instant value) {
            deadline = value;
            return this;
        }

        public Builder tenant(String value) {
            tenant = value;
            return this;
        }

        public Builder priority(int value) {
            priority = value;
            return this;
        }

        public Builder exclusiveKey(String value) {
            exclusiveKey = value;
            return this;
        }

        public Builder limitKey(String value) {
            limitKey = value;
            return this;
        }

        public Builder placement(Placement value) {
            placement = value;
            return this;
        }

        public Builder after(List<Dependency> value) {
            after = value;
            return this;
        }

        public Builder unique(Unique value) {
            unique = value;
            return this;
        }

        public Builder failOn(FailOn value) {
            failOn = value;
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
                    notBefore,
                    deadline,
                    tenant,
                    priority,
                    exclusiveKey,
                    limitKey,
                    placement,
                    after,
                    unique,
                    failOn);
        }
    }
}
