/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobIds;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Operations;
import org.gridbatch.api.Reason;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.Unique;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all commands that push have in common: the script is checked and given to the queue, as one job or for items. */
abstract class Push extends Command {
    /** No sensible cap is lower, so for less there is no need to ask for the cap; the server checks it anyway. */
    private static final int SURELY_SMALL = 4_096;

    /** What does not pass by itself. */
    private static final Set<Reason.Kind> LASTING = Set.of(
            Reason.Kind.PAUSED, Reason.Kind.COMMAND, Reason.Kind.REQUIRES, Reason.Kind.NOT_SERVED, Reason.Kind.DRAINED);

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Read the script from this file; - is standard input.")
    private String file;

    @Mixin
    private JobOptions options;

    @Mixin
    private ArrayOptions arrayOptions;

    @Option(names = "--name", paramLabel = "NAME", description = "A name, for people.")
    private String title = "";

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "The job's id, so that the push can be repeated without making a second job.")
    private String id;

    @Option(names = "--delay", paramLabel = "TIME", description = "Run it after this time, such as 5m.")
    private Duration delay = Duration.ZERO;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description =
                    "Run it after this time, such as 2030-01-31T18:00:00Z, 'tomorrow 03:00', 'friday 18:30', 03:00 "
                            + "or +5m; without a zone it is this node's.")
    private Instant at = Instant.EPOCH;

    @Option(
            names = "--deadline",
            paramLabel = "WHEN",
            description = "Discard it if it is not final by then: 2h from now, or a time as for --at.")
    private Deadline deadline;

    @Option(
            names = "--after",
            paramLabel = "ID",
            split = ",",
            description = "After this job completed; if it ends in another way, this one is cancelled. Can be "
                    + "repeated, or several with commas.")
    private List<String> after = List.of();

    @Option(
            names = "--after-any",
            paramLabel = "ID",
            split = ",",
            description = "After this job, however it ends. Can be repeated, or several with commas.")
    private List<String> afterAny = List.of();

    @Option(
            names = "--hold",
            description = "With --after: if such a job does not complete, wait for its retry, or for a retry of this "
                    + "one, instead of being cancelled.")
    private boolean hold;

    @Option(
            names = "--unique",
            paramLabel = "KEY",
            description = "If a job with this key is not final yet, push none and return that one.")
    private String unique = "";

    @Option(
            names = "--unique-for",
            paramLabel = "TIME",
            description = "With --unique: for this time from a push on, whether that job is final or not.")
    private Duration uniqueFor = Duration.ZERO;

    @Option(
            names = {"-w", "--wait"},
            description = "Wait until it is final, as wait does; fails if it did not complete. The id goes to stderr.")
    private boolean wait;

    @Option(
            names = "--check",
            description = "Push nothing: check the script, and say which commands it needs and which workers could run "
                    + "it now. Fails for a syntax error only.")
    private boolean check;

    /** What is pushed for a number of items. */
    interface Items {
        /** @param array all that is said of it by options that every command has */
        default ArraySpec of(ArraySpec array) {
            return array;
        }

        /** Called once, by whoever closes it. */
        ItemSource open();

        /** What to say if there are none. */
        String none();
    }

    /** The name of the command, for messages. */
    abstract String name();

    /** The words that are the script; empty if there are none. */
    abstract List<String> script();

    /** What it is to run for; null if it is one job. */
    abstract Items items(CommandSession session);

    /** Whether the script comes from a file or standard input, so that no word is part of it. */
    final boolean hasFile() {
        return file != null;
    }

    @Override
    final Object run(CommandSession session, Surroundings here) {
        Items items = items(session);
        refuseWhatDoesNotFit(items != null);
        Scripts.Script script = script(session).checked();
        if (!check) refuseIfTooLarge(script, here.grid());
        JobSpec spec = options.job(script, here)
                .jobId(id == null ? JobIds.next() : id)
                .name(title)
                .delay(delay)
                .notBefore(at)
                .deadline(deadline == null ? Instant.EPOCH : deadline.from(Instant.now()))
                .after(dependencies())
                .unique(new Unique(unique, uniqueFor))
                .build();
        if (check) return Checked.of(script, spec, here);
        Submitted pushed = items == null ? job(spec, here.grid()) : array(spec, items, here);
        // At once, so that whoever loses patience knows what to look for.
        if (wait) System.err.println((items == null ? "job " : "array ") + pushed.jobId());
        if (pushed.state() == JobState.AVAILABLE) noteWhyItWaits(pushed.jobId(), here.grid());
        if (!wait) return pushed;
        return new Listing<>(
                WaitCommand.untilFinal(name(), List.of(pushed.jobId()), null, here.grid(), ProgressLine.of(session)),
                "",
                "no jobs");
    }

    private void refuseWhatDoesNotFit(boolean isArray) {
        if (hold && after.isEmpty()) {
            throw new CommandFailed(name() + ": --hold is there, but no --after ID that it is for");
        }
        if (unique.isEmpty() && !uniqueFor.isZero()) {
            throw new CommandFailed(name() + ": --unique-for is there, but no --unique KEY that it is for");
        }
        String given = arrayOptions.given();
        if (!isArray && !given.isEmpty()) {
            throw new CommandFailed(name() + ": " + given + " is there, but no --each or --lines with items for it");
        }
    }

    private Submitted job(JobSpec spec, Grid grid) {
        return grid.submit(List.of(spec), "repeat the push with " + repeat(spec))
                .get(0);
    }

    private Submitted array(JobSpec template, Items items, Surroundings here) {
        ArraySpec array = items.of(arrayOptions.array(template, options, here));
        Submitted pushed;
        try (ItemSource source = items.open()) {
            pushed = new ArrayPush(here.grid(), array, "repeat the push with " + repeat(template)).push(source);
        }
        if (pushed.state() == JobState.COMPLETED && !pushed.repeated()) System.err.println("note: " + items.none());
        return pushed;
    }

    /** A time that is said as seen from now would make another job of it. */
    private String repeat(JobSpec spec) {
        return "--id " + spec.jobId()
                + (deadline == null ? "" : " --deadline " + spec.deadline())
                + (at.equals(Instant.EPOCH) ? "" : " --at " + at);
    }

    private List<Dependency> dependencies() {
        Dependency.Otherwise otherwise = hold ? Dependency.Otherwise.HOLD : Dependency.Otherwise.CANCEL;
        return Stream.concat(
                        after.stream().map(id -> new Dependency(id, Dependency.When.COMPLETED, otherwise)),
                        afterAny.stream().map(Dependency::ended))
                .toList();
    }

    /** A mistyped command or filter would otherwise show only as a job that never starts. */
    private static void noteWhyItWaits(String jobId, Grid grid) {
        grid.glance(Operations.class, queue -> queue.why(jobId)).orElse(List.of()).stream()
                .filter(reason -> LASTING.contains(reason.kind()))
                .forEach(reason -> System.err.println("note: " + reason.text() + advice(reason.kind())));
    }

    private static String advice(Reason.Kind kind) {
        return kind == Reason.Kind.COMMAND ? " (with --no-needs a job runs all the same)" : "";
    }

    private Scripts.Script script(CommandSession session) {
        List<String> words = script();
        if (file == null && words.isEmpty()) {
            throw new CommandFailed(
                    name() + ": there is no script: give it in quotes, with -f FILE, or - for standard input");
        }
        if (file != null && !words.isEmpty()) {
            throw new CommandFailed(name() + ": there is a file and a script as well: "
                    + "give one of them, and arguments of the script with --arg");
        }
        return Scripts.of(session, file, words.isEmpty() ? "" : Scripts.join(words));
    }

    /** Whether the script is read from standard input. */
    final boolean isScriptPiped() {
        return file == null ? script().equals(List.of(Scripts.STDIN)) : file.equals(Scripts.STDIN);
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
