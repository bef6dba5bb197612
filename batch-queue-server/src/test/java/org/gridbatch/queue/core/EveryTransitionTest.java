/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.VerdictKind;
import org.junit.Test;

/** Everything that can happen to a job, in every state that it can be in. */
public class EveryTransitionTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String JOB = "job-1";
    private static final String PARENT = "parent";
    private static final long OTHER_LEASE = 4_711;

    /** A job in a state, and the last two leases that it had; one that no job has if it had none. */
    private static final class Case {
        final QueueMachine machine = new QueueMachine();
        long older = OTHER_LEASE;
        long lease = OTHER_LEASE;

        Case(JobState state) {
            JobSpec.Builder spec = JobSpec.script("echo").jobId(JOB).deadline(NOW.plus(Duration.ofDays(1)));
            if (state == JobState.BLOCKED) {
                submit(JobSpec.script("echo").jobId(PARENT).build());
                spec.after(List.of(Dependency.completed(PARENT)));
            }
            if (state == JobState.SCHEDULED) spec.delay(Duration.ofHours(1));
            submit(spec.build());
            if (state != JobState.BLOCKED && state != JobState.SCHEDULED) {
                grant(JOB);
                apply(new Command.Expire(List.of(lease), 3, 0));
                older = lease;
            }
            switch (state) {
                case BLOCKED, SCHEDULED, AVAILABLE -> {}
                case CANCELLED -> apply(new Command.Cancel(List.of(JOB), "not wanted"));
                case EXECUTING -> grant(JOB);
                case RETRYABLE -> end(ReportKind.FAIL);
                case COMPLETED -> end(ReportKind.COMPLETE);
                case DISCARDED -> end(ReportKind.FAIL_FOR_GOOD);
            }
            assertEquals(state, machine.stateOf(JOB));
        }

        Result apply(Command command) {
            return machine.apply(command, NOW);
        }

        private void submit(JobSpec spec) {
            assertTrue(apply(new Command.Submit(List.of(spec), Command.Room.AMPLE)) instanceof Result.Accepted);
        }

        Result grant(String id) {
            Result result = apply(new Command.Grant("w1", "i1", 1, List.of(id)));
            for (Result.Given given : ((Result.Granted) result).leases()) lease = given.leaseId();
            return result;
        }

        private void end(ReportKind kind) {
            grant(JOB);
            apply(report(lease, JOB, kind));
        }
    }

    private static Command report(long lease, String id, ReportKind kind) {
        Duration delay = kind == ReportKind.SNOOZE ? Duration.ofSeconds(60) : Duration.ZERO;
        return new Command.End(List.of(
                new Report("w1", lease, id, kind, delay, "it broke", "", CapturedText.NONE, CapturedText.NONE)));
    }

    private interface Event {
        Result in(Case one);
    }

    private static Map<String, Event> events() {
        Map<String, Event> events = new LinkedHashMap<>();
        events.put("grant", one -> one.grant(JOB));
        for (ReportKind kind : ReportKind.values()) {
            events.put(word(kind), one -> one.apply(report(one.lease, JOB, kind)));
        }
        for (ReportKind kind : ReportKind.values()) {
            events.put(word(kind) + ", older lease", one -> one.apply(report(one.older, JOB, kind)));
        }
        events.put("expire", one -> one.apply(new Command.Expire(List.of(one.lease), 3, 1_000)));
        events.put("expire, no rescue", one -> one.apply(new Command.Expire(List.of(one.lease), 0, 1_000)));
        events.put("release by server", one -> one.apply(new Command.Release(List.of(one.lease), "unheard of")));
        events.put("cancel call", one -> one.apply(new Command.Cancel(List.of(JOB), "not wanted")));
        events.put("retry call", one -> one.apply(new Command.Retry(List.of(JOB), Command.Room.AMPLE)));
        events.put("snooze call", one -> one.apply(new Command.Snooze(List.of(JOB), Duration.ofMinutes(5))));
        events.put("its time comes", one -> one.machine.apply(new Command.Promote(10), NOW.plus(Duration.ofHours(2))));
        events.put("its deadline", one -> one.machine.apply(new Command.Promote(10), NOW.plus(Duration.ofDays(2))));
        events.put("parent completes", one -> parent(one, ReportKind.COMPLETE));
        events.put("parent discarded", one -> parent(one, ReportKind.FAIL_FOR_GOOD));
        return events;
    }

    private static Result parent(Case one, ReportKind how) {
        if (one.machine.job(PARENT) == null) return one.apply(new Command.Tell(10));
        one.grant(PARENT);
        one.apply(report(one.lease, PARENT, how));
        return one.apply(new Command.Tell(10));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /**
     * What becomes of the job: its new state, a dot if nothing changes, asked if its worker is told to stop, later if only
     * its time has changed.
     */
    @Test
    public void everyEventInEveryStateDoesWhatTheTableSays() {
        StringBuilder table = new StringBuilder(String.format("%-27s", "event"));
        for (JobState state : JobState.values()) table.append(String.format("%-11s", word(state)));
        events().forEach((name, event) -> {
            table.append('\n').append(String.format("%-27s", name));
            for (JobState state : JobState.values()) table.append(String.format("%-11s", outcome(name, event, state)));
        });
        String lines = table.toString().replaceAll("(?m) +$", "");
        assertEquals(TABLE, lines);
    }

    private static String outcome(String name, Event event, JobState before) {
        Case one = new Case(before);
        Job was = one.machine.job(JOB);
        Image image = one.machine.image();
        Result result = event.in(one);
        JobState after = one.machine.stateOf(JOB);
        String what = name + " in " + before + ": " + result;
        assertTrue(what, after == before || before.next().contains(after));
        if (isRefusal(result)) {
            Image now = one.machine.image();
            if (isStale(result)) assertEquals(what + " is only kept", withoutRefusals(image), withoutRefusals(now));
            else assertEquals(what + " changes nothing", image, now);
        }
        if (before.isFinal()) assertEquals(what, before, after);
        // So it would say of an exception.
        assertFalse(what, what.contains("the queue cannot do this"));
        if (isStale(result)) return "stale";
        if (result instanceof Result.Altered altered && altered.jobs().get(0).outcome() == ChangeOutcome.REQUESTED) {
            return "asked";
        }
        if (result instanceof Result.Altered altered
                && !altered.jobs().get(0).newJobId().isEmpty()) {
            return "new job";
        }
        if (one.machine.job(JOB) != was && after == before) return after == JobState.EXECUTING ? "asked" : "later";
        return after == before ? "." : word(after);
    }

    private static boolean isStale(Result result) {
        return result instanceof Result.Judged judged
                && judged.verdicts().get(0).kind() == VerdictKind.STALE;
    }

    /** That a report came too late is kept with the job, and a final one goes to the archive again with it. */
    private static Image withoutRefusals(Image image) {
        List<Job> jobs = image.jobs().stream()
                .map(job -> {
                    Job.Draft draft = job.draft();
                    draft.refusals = 0;
                    draft.attempts =
                            job.attempts().stream().map(one -> one.withNote("")).toList();
                    return draft.build().withOutbox(0);
                })
                .toList();
        return new Image(
                image.nextSequence(),
                image.nextLeaseId(),
                image.lastMillis(),
                image.rules(),
                image.gates(),
                image.uniques(),
                image.untold(),
                jobs,
                new Image.History(
                        0,
                        image.history().archivedThrough(),
                        image.history().audits(),
                        image.history().known()),
                image.schedules(),
                image.arrays());
    }

    private static boolean isRefusal(Result result) {
        if (result instanceof Result.Judged judged) {
            return judged.verdicts().get(0).kind() != VerdictKind.ACCEPTED;
        }
        if (result instanceof Result.Altered altered) {
            ChangeOutcome outcome = altered.jobs().get(0).outcome();
            return outcome == ChangeOutcome.REFUSED || outcome == ChangeOutcome.ALREADY;
        }
        if (result instanceof Result.Granted granted) return granted.leases().isEmpty();
        return result instanceof Result.Refused;
    }

    private static final String TABLE = """
            event                      blocked    scheduled  available  executing  retryable  completed  cancelled  discarded
            grant                      .          .          executing  .          .          .          .          .
            complete                   stale      stale      stale      completed  stale      .          stale      stale
            fail                       stale      stale      stale      retryable  .          stale      stale      stale
            fail for good              stale      stale      stale      discarded  stale      stale      stale      .
            snooze                     stale      stale      stale      scheduled  stale      stale      stale      stale
            release                    stale      stale      stale      available  stale      stale      stale      stale
            cancelled                  stale      stale      stale      retryable  stale      stale      stale      stale
            complete, older lease      stale      stale      stale      stale      stale      stale      stale      stale
            fail, older lease          stale      stale      stale      stale      stale      stale      stale      stale
            fail for good, older lease stale      stale      stale      stale      stale      stale      stale      stale
            snooze, older lease        stale      stale      stale      stale      stale      stale      stale      stale
            release, older lease       stale      stale      stale      stale      stale      stale      stale      stale
            cancelled, older lease     stale      stale      stale      stale      stale      stale      stale      stale
            expire                     .          .          .          available  .          .          .          .
            expire, no rescue          .          .          .          discarded  .          .          .          .
            release by server          .          .          .          available  .          .          .          .
            cancel call                cancelled  cancelled  cancelled  asked      cancelled  .          .          .
            retry call                 available  available  .          .          available  .          new job    new job
            snooze call                later      .          scheduled  .          scheduled  .          .          .
            its time comes             .          available  .          .          available  .          .          .
            its deadline               discarded  discarded  discarded  asked      discarded  .          .          .
            parent completes           available  .          .          .          .          .          .          .
            parent discarded           cancelled  .          .          .          .          .          .          .""";
}
