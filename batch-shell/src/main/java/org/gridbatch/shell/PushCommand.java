/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.JobIds;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Submitted;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks a script and gives it to the queue as a job. */
@CommandLine.Command(
        name = "push",
        description = "Push a script as a job, and return its id as soon as the job is safe on disk.",
        footer = {
            "",
            "Examples:",
            "  push 'echo hello'",
            "  push { echo hello }",
            "  push -f report.gogo --queue nightly --tag shop=42 --at 2030-01-31T18:00:00Z",
            "  cat report.gogo | push - --max-attempts 10 --backoff 5s..1h",
            "  push 'echo hello' --wait"
        })
final class PushCommand extends Command {
    /** No sensible cap is lower, so for less there is no need to ask for the cap; the server checks it anyway. */
    private static final int SURELY_SMALL = 4_096;

    @Parameters(
            arity = "0..*",
            paramLabel = "SCRIPT",
            description = "The script, best as one word in quotes or as a closure; - reads it from standard input.")
    private List<String> words = List.of();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Read the script from this file; - is standard input.")
    private String file;

    @Option(
            names = {"-q", "--queue"},
            paramLabel = "QUEUE",
            description = "The queue it waits in; 'default' if none is given.")
    private String queue = JobSpec.DEFAULT_QUEUE;

    @Option(names = "--name", paramLabel = "NAME", description = "A name, for people.")
    private String title = "";

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "The job's id, so that the push can be repeated without making a second job.")
    private String id;

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

    @Option(names = "--delay", paramLabel = "TIME", description = "Run it after this time, such as 5m.")
    private Duration delay = Duration.ZERO;

    @Option(
            names = "--at",
            paramLabel = "INSTANT",
            description = "Run it after this instant, such as 2030-01-31T18:00:00Z.")
    private Instant at = Instant.EPOCH;

    @Option(
            names = {"-w", "--wait"},
            description = "Wait until it is final, as wait does; fails if it did not complete. The id goes to stderr.")
    private boolean wait;

    @Override
    Object run(CommandSession session, Surroundings here) {
        Scripts.Script script = script(session).checked();
        String jobId = id == null ? JobIds.next() : id;
        refuseIfTooLarge(script, here.grid());
        JobSpec.Builder job = JobSpec.script(script.text())
                .jobId(jobId)
                .queue(queue)
                .name(title)
                .args(arguments)
                .tags(tags)
                .backoff(backoff)
                .timeout(timeout)
                .delay(delay)
                .notBefore(at);
        if (maxAttempts != null) job.maxAttempts(maxAttempts);
        JobSpec spec = job.build();
        Submitted pushed = here.grid()
                .jobs(queue -> queue.submit(List.of(spec)), "repeat the push with --id " + jobId)
                .get(0);
        if (!wait) return pushed;
        // At once, so that whoever loses patience knows what to look for.
        System.err.println("job " + jobId);
        return new Listing<>(WaitCommand.untilFinal("push", List.of(jobId), null, here.grid()), "", "no jobs");
    }

    private Scripts.Script script(CommandSession session) {
        if (file == null && words.isEmpty()) {
            throw new CommandFailed(
                    "push: there is no script: give it in quotes, with -f FILE, or - for standard input");
        }
        if (file != null && !words.isEmpty()) {
            throw new CommandFailed("push: there is a file and a script as well: "
                    + "give one of them, and arguments of the script with --arg");
        }
        return Scripts.of(session, file, words.isEmpty() ? "" : Scripts.join(words));
    }

    private static void refuseIfTooLarge(Scripts.Script script, Grid grid) {
        int bytes = script.bytes();
        if (bytes <= SURELY_SMALL) return;
        int most = grid.jobs(JobQueue::status).maxScriptBytes();
        if (bytes > most) {
            throw new CommandFailed(script.name() + " has " + bytes + " bytes, but this grid takes at most " + most
                    + ": let it fetch the data that it needs");
        }
    }
}
