/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.gridbatch.api.JobSpec;
import org.gridbatch.queue.core.QueueMachine;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.rules.TestName;
import org.osgi.framework.Filter;
import org.slf4j.Logger;

/**
 * Shows that the simulation finds mistakes: each test plants one in a copy of a class, and the simulation must fail with
 * it within a thousand seeds, with one that passes without the mistake. The name of a test says what the mutant does.
 */
public class MutantsTest {
    private static final long SEEDS = 1_000;
    private static final Path SOURCES =
            Path.of(System.getProperty("basedir", "."), "src/main/java/org/gridbatch/queue");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Rule
    public final TestName name = new TestName();

    @Test
    public void answersBeforeTheForce() throws Exception {
        isFound(
                "engine/QueueEngine.java",
                "        inFlight.put(number, batch);\n",
                "        inFlight.put(number, batch);\n        for (Pending early : batch) {\n            if (early.command() instanceof Command.Submit c) {\n                early.decided().accept(new Result.Accepted(c.jobs().stream()\n                        .map(job -> new org.gridbatch.api.Submitted(job.jobId(), false, JobState.AVAILABLE))\n                        .toList()));\n            }\n        }\n");
    }

    @Test
    public void answersRulesBeforeTheForce() throws Exception {
        isFound(
                "engine/QueueEngine.java",
                "        inFlight.put(number, batch);\n",
                "        inFlight.put(number, batch);\n        for (Pending early : batch) {\n            if (early.command() instanceof Command.Pause || early.command() instanceof Command.Drain) {\n                early.decided().accept(new Result.Done(0));\n            }\n        }\n");
    }

    @Test
    public void answersASnoozeBeforeTheForce() throws Exception {
        isFound(
                "engine/QueueEngine.java",
                "        inFlight.put(number, batch);\n",
                "        inFlight.put(number, batch);\n        for (Pending early : batch) {\n            if (early.command() instanceof Command.Snooze c) {\n                early.decided().accept(new Result.Altered(c.jobIds().stream()\n                        .map(id -> new org.gridbatch.api.Changed(id, org.gridbatch.api.ChangeOutcome.DONE, \"\", \"\"))\n                        .toList()));\n            }\n        }\n");
    }

    @Test
    public void neverGivesATenantItsTurn() throws Exception {
        isFound(
                "match/Turns.java",
                "Comparator.comparingLong((Turn turn) -> turn.pass)",
                "Comparator.comparingLong((Turn turn) -> turn.tenant.equals(\"t1\") ? Long.MAX_VALUE : turn.pass)");
    }

    @Test
    public void takesAReportUnderAnyLease() throws Exception {
        isFound("core/LeaseRules.java", "                || tenure.leaseId() != report.leaseId()\n", "");
    }

    @Test
    public void endsLeasesAtOnceAfterARestart() throws Exception {
        isFound(
                "match/Leases.java",
                "for (Job job : machine.executing()) start(job, now);",
                "for (Job job : machine.executing()) {\n            start(job, now);\n            clocks.get(job.tenure().leaseId()).deadlineNanos = now;\n            deadlines.add(new Deadline(now, job.tenure().leaseId()));\n        }");
    }

    @Test
    public void forgetsACancelWhenTheJobFails() throws Exception {
        isFound(
                "core/LeaseRules.java",
                "if (job.cancelRequested() && next.state != JobState.COMPLETED) {",
                "if (job.cancelRequested() && next.state == JobState.CANCELLED) {");
    }

    @Test
    public void opensAnExclusiveKeyToEverybody() throws Exception {
        isFound(
                "core/Gates.java",
                "if (jobId != null) return new Barrier(Barrier.Kind.EXCLUSIVE",
                "if (jobId != null && jobId.isEmpty()) return new Barrier(Barrier.Kind.EXCLUSIVE");
    }

    @Test
    public void opensTheKeyOfALostWorkersJobAtOnce() throws Exception {
        isFound("core/LeaseRules.java", "now + c.graceMillis()", "now");
    }

    @Test
    public void letsOneMoreRunThanTheLimit() throws Exception {
        isFound(
                "core/Gates.java",
                "gate.executing >= limit.concurrency()",
                "gate.executing > limit.concurrency()",
                "limit.concurrency() - executing)",
                "limit.concurrency() + 1 - executing)");
    }

    @Test
    public void doesNotCountAgainstTheRate() throws Exception {
        isFound(
                "core/Gates.java",
                "gate.nextMicros = Math.max(gate.nextMicros, now * 1_000) + interval(rate);",
                "gate.nextMicros = now * 1_000;");
    }

    @Test
    public void forgetsTheLimitOfAKey() throws Exception {
        isFound(
                "core/Gates.java",
                "return limitKey.isEmpty() ||",
                "return limitKey != null ||",
                "if (barrier != null || limitKey.isEmpty()) return barrier;",
                "if (barrier != null || limitKey != null) return barrier;");
    }

    @Test
    public void doesNotCountAgainstTheRateOfAKey() throws Exception {
        isFound(
                "core/Gates.java",
                "charge(keys, job.spec().limitKey(), rules.limit(job.spec().limitKey()).rate(), now);",
                "");
    }

    @Test
    public void countsAnEndedJobAsExecuting() throws Exception {
        isFound(
                "core/Gates.java",
                "gate(queues, job.spec().queue()).executing--;",
                "if (job.rescues() == 0) gate(queues, job.spec().queue()).executing--;");
    }

    @Test
    public void startsJobsOfAPausedQueue() throws Exception {
        isFound(
                "core/Gates.java",
                "if (rules.isPaused(queue)) return false;",
                "",
                "if (rules.isPaused(queue)) return new",
                "if (false) return new");
    }

    @Test
    public void letsOneMoreItemRunThanTheThrottle() throws Exception {
        isFound("core/JobArray.java", "Integer.MAX_VALUE : throttle;", "Integer.MAX_VALUE : throttle + 1;");
    }

    @Test
    public void startsItemsBesideTheCanary() throws Exception {
        isFound("core/JobArray.java", "return trial == Trial.RUNNING ? Math", "return trial == Trial.FAILED ? Math");
    }

    @Test
    public void startsItemsOfAPausedArray() throws Exception {
        isFound("core/ArrayRules.java", "if (array.paused) return barrier(", "if (false) return barrier(");
    }

    @Test
    public void tellsTheFollowingJobOtherCounts() throws Exception {
        isFound("core/ArrayRules.java", "array.count(JobState.DISCARDED)));", "array.count(JobState.RETRYABLE)));");
    }

    @Test
    public void endsAnArrayBeforeItsLastItem() throws Exception {
        isFound(
                "core/JobArray.java",
                "+ count(JobState.CANCELLED) == size;",
                "+ count(JobState.CANCELLED) >= size - 1;");
    }

    @Test
    public void forgetsItemsOfARepeatedPiece() throws Exception {
        isFound(
                "core/ArrayCommands.java",
                "c.items().from(repeated);",
                "c.items().from(Math.min(repeated + 1, c.items().size() - 1));");
    }

    @Test
    public void givesADrainedWorkerJobs() throws Exception {
        isFound(
                "core/Rules.java",
                "return drained.contains(worker);",
                "return drained.contains(worker) && drained.size() > 1;");
    }

    @Test
    public void takesAFailureForACompletion() throws Exception {
        isFound(
                "core/State.java",
                "if (ended.completed() || one.when()",
                "if (ended.completed() || one.otherwise() != null || one.when()");
    }

    @Test
    public void forgetsDrainedWorkersInASnapshot() throws Exception {
        isFound(
                "log/RulesCodec.java",
                "out.writeList(rules.drained(), Bytes::writeString);",
                "out.writeList(List.of(), Bytes::writeString);");
    }

    @Test
    public void forgetsToCountAState() throws Exception {
        isFound("core/Census.java", "count(to, 1);", "if (to.state() != JobState.RETRYABLE) count(to, 1);");
    }

    @Test
    public void tellsOnlyTheFirstOfThoseThatWait() throws Exception {
        isFound(
                "core/State.java",
                "of(ended.jobId(), ended.toldUpTo())) {",
                "of(ended.jobId(), ended.toldUpTo()).stream()\n                    .limit(1)\n                    .toList()) {");
    }

    @Test
    public void forgetsTheTimeOfAJobThatFailed() throws Exception {
        isFound(
                "core/Jobs.java",
                "if (isTimed(job)) due.add(new Moment",
                "if (isTimed(job) && job.failed() < 1) due.add(new Moment");
    }

    @Test
    public void losesATimeOfAScheduleWhenTheQueueIsFull() throws Exception {
        isFound(
                "core/Firing.java",
                "refused.refusal() == Result.Refusal.LIMIT) return result;",
                "false) return result;");
    }

    @Test
    public void startsAJobOfAScheduleWhileAnotherOneIsToBeTheOnlyOne() throws Exception {
        isFound(
                "core/Firing.java",
                "overlap() == ScheduleSpec.Overlap.ALLOW) return job;",
                "overlap() != ScheduleSpec.Overlap.ONE) return job;");
    }

    @Test
    public void leavesOutATimeThatWasMissed() throws Exception {
        isFound("engine/Firings.java", "MOST_CAUGHT_UP = 100;", "MOST_CAUGHT_UP = 1;");
    }

    @Test
    public void forgetsInASnapshotThatAScheduleIsPaused() throws Exception {
        isFound("log/ScheduleCodec.java", "writeBoolean(schedule.paused())", "writeBoolean(false)");
    }

    /** @param replacements what stands in the source and what to write in its place, in turn */
    private void isFound(String file, String... replacements) throws Exception {
        String source = Files.readString(SOURCES.resolve(file));
        for (int i = 0; i < replacements.length; i += 2) {
            assertTrue("the source still has: " + replacements[i], source.contains(replacements[i]));
            source = source.replace(replacements[i], replacements[i + 1]);
        }
        Path mutated = folder.newFolder("source").toPath().resolve(Path.of(file).getFileName());
        Files.writeString(mutated, source);
        Path classes = folder.newFolder("classes").toPath();
        compile(mutated, classes);
        try (MutantLoader loader = new MutantLoader(classes)) {
            Class<?> simulation = loader.loadClass(SimulationTest.class.getName());
            var failure = simulation.getDeclaredMethod("failure", long.class, long.class);
            failure.setAccessible(true);
            String found = (String) failure.invoke(null, 1L, SEEDS);
            assertNotNull("nothing was found with " + SEEDS + " seeds", found);
            long seed = Long.parseLong(found.substring("seed ".length(), found.indexOf(':')));
            System.out.println("The mutant " + name.getMethodName() + " is found with seed " + seed);
            assertNull("seed " + seed + " fails without the mutant too", SimulationTest.failure(seed, seed));
        }
    }

    private static void compile(Path source, Path classes) {
        List<String> classPath = new ArrayList<>();
        for (Class<?> type : List.of(JobSpec.class, QueueMachine.class, Filter.class, Logger.class)) {
            classPath.add(Path.of(location(type).getPath()).toString());
        }
        StringWriter errors = new StringWriter();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        boolean done = compiler.getTask(
                        errors,
                        null,
                        null,
                        List.of(
                                "-d",
                                classes.toString(),
                                "-cp",
                                String.join(System.getProperty("path.separator"), classPath)),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
                .call();
        assertEquals(errors.toString(), true, done);
    }

    private static URL location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    /** Loads the queue anew, with the mutated class in its place; all else as it is. */
    private static final class MutantLoader extends URLClassLoader {
        MutantLoader(Path classes) throws IOException {
            super(urls(classes), MutantsTest.class.getClassLoader());
        }

        private static URL[] urls(Path classes) throws IOException {
            Set<URL> urls = new LinkedHashSet<>(List.of(classes.toUri().toURL()));
            urls.addAll(Arrays.asList(location(QueueMachine.class), location(SimulationTest.class)));
            return urls.toArray(new URL[0]);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("org.gridbatch.queue.")) return super.loadClass(name, resolve);
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }
    }
}
