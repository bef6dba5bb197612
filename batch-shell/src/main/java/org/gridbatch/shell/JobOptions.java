/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.FailOn;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Limits;
import org.gridbatch.api.Placement;
import picocli.CommandLine.Option;

/** How a job is to run, said in the same way wherever one is made. */
final class JobOptions {
    @Option(
            names = {"-q", "--queue"},
            paramLabel = "QUEUE",
            description = "The queue it waits in; 'default' if none is given.")
    private String queue = JobSpec.DEFAULT_QUEUE;

    @Option(
            names = {"-t", "--tag"},
            paramLabel = "KEY=VALUE",
            description = "A tag, for finding the job again; can be repeated.")
    private Map<String, String> tags = Map.of();

    @Option(
            names = {"-a", "--arg"},
            paramLabel = "ARG",
            description = "An argument, which the script sees as $1 and so on; can be repeated.")
    private List<String> arguments = List.of();

    @Option(
            names = "--max-attempts",
            paramLabel = "N",
            description = "Failures after which it is discarded; as the queue is set if not given.")
    private Integer maxAttempts;

    @Option(
            names = "--backoff",
            paramLabel = "WAIT",
            description = "The wait between attempts: 5s, or 5s..1h to double it each time.")
    private Backoff backoff;

    @Option(names = "--timeout", paramLabel = "TIME", description = "The longest time of one attempt, such as 10m.")
    private Duration timeout = Duration.ZERO;

    @Option(
            names = "--fail-on",
            paramLabel = "WHAT",
            completionCandidates = FailOnWords.class,
            description =
                    "What fails an attempt beside an exception: no-result (the value of the script is null), stderr "
                            + "(it prints there), or no-result,stderr.")
    private FailOn failOn = FailOn.EXCEPTION;

    @Option(names = "--tenant", paramLabel = "TENANT", description = "Whose job it is: tenants take turns.")
    private String tenant = "";

    @Option(
            names = "--priority",
            paramLabel = "N",
            description = "Of the same tenant's jobs those with a higher one go first; -100 to 100, 0 if not given.")
    private int priority;

    @Option(
            names = {"-k", "--key"},
            paramLabel = "KEY",
            description = "Of all jobs with the same key, one runs at a time.")
    private String key = "";

    @Option(
            names = "--limit-key",
            paramLabel = "KEY",
            description = "All jobs with the same key share the limit that is set for it, see 'limit'.")
    private String limitKey = "";

    @Option(
            names = "--requires",
            paramLabel = "FILTER",
            description = "Only on a worker whose labels match this LDAP filter, such as '(memory>=4096)'.")
    private String requires = "";

    @Option(
            names = "--needs",
            paramLabel = "COMMAND",
            description = "Only on a worker that offers this command, besides those that the script calls; "
                    + "can be repeated.")
    private List<String> needs = List.of();

    @Option(names = "--no-needs", description = "Also on workers that do not offer the commands that the script calls.")
    private boolean noNeeds;

    @Option(
            names = "--rank",
            paramLabel = "LABEL",
            description = "Rather on the worker with the highest number in this label; -LABEL for the lowest.")
    private String rank = "";

    /** For completion. */
    static final class FailOnWords extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        FailOnWords() {
            super(List.of("no-result", "stderr", "no-result,stderr"));
        }
    }

    /** A job with this script. */
    JobSpec.Builder job(Scripts.Script script, Surroundings here) {
        JobSpec.Builder job = JobSpec.script(script.text())
                .queue(queue)
                .args(arguments)
                .tags(tags)
                .backoff(backoff)
                .timeout(timeout)
                .failOn(failOn)
                .tenant(tenant)
                .priority(priority)
                .exclusiveKey(key)
                .limitKey(limitKey)
                .placement(new Placement(requires, needs(needs, script, here), rank));
        if (maxAttempts != null) job.maxAttempts(maxAttempts);
        return job;
    }

    /** A job with this script that follows one of these: where and whose it is are the same, and nothing else. */
    JobSpec.Builder follower(Scripts.Script script, Surroundings here) {
        return JobSpec.script(script.text())
                .queue(queue)
                .tenant(tenant)
                .priority(priority)
                .placement(new Placement("", needs(List.of(), script, here), ""));
    }

    private List<String> needs(List<String> given, Scripts.Script script, Surroundings here) {
        Set<String> all = new LinkedHashSet<>(given);
        if (!noNeeds) all.addAll(here.scripts().check(script.text()).needs(Math.max(0, Limits.TAGS - all.size())));
        return List.copyOf(all);
    }
}
