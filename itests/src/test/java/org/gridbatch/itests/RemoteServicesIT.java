/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.JobConflictException;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.LiveJobs;
import org.gridbatch.api.LiveView;
import org.gridbatch.api.Progress;
import org.gridbatch.api.UnknownJobException;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.ops4j.pax.exam.util.Filter;

/** Three frameworks: ZooKeeper and the queue-server in one, a worker in another, and this test in a third. */
@RunWith(GridPaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class RemoteServicesIT {
    @Inject
    @Filter(value = "(service.imported=*)", timeout = 60_000)
    private JobQueue queue;

    @Inject
    @Filter(value = "(service.imported=*)", timeout = 60_000)
    private LiveJobs liveJobs;

    @Inject
    private CommandProcessor processor;

    /** What only the process that starts the frameworks knows; the frameworks get it as options. */
    private static final class Driver {
        private static final Path DIRECTORY;
        private static final String ZOOKEEPER;

        static {
            try {
                DIRECTORY = Files.createTempDirectory(Path.of("target"), "remote-services")
                        .toAbsolutePath();
                ZOOKEEPER = "127.0.0.1:" + Grid.freePort();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @GridPaxExam.OtherFramework
    public static Option[] server() {
        return options(NodeOptions.node("server", Driver.ZOOKEEPER, Driver.DIRECTORY, "zookeeper", "server"));
    }

    @GridPaxExam.OtherFramework
    public static Option[] worker() {
        return options(NodeOptions.node("worker", Driver.ZOOKEEPER, Driver.DIRECTORY, "worker"));
    }

    @Configuration
    public Option[] here() {
        return options(junitBundles(), NodeOptions.node("here", Driver.ZOOKEEPER, Driver.DIRECTORY));
    }

    @Test
    public void aJobThatIsSubmittedHereRunsOnTheWorkerThere() throws Exception {
        JobSpec job = JobSpec.script("echo (\"4711\" length)").build();
        get(queue.submit(List.of(job)));

        JobView view = get(queue.await(job.jobId(), Duration.ofSeconds(30)));

        assertEquals(view.toString(), JobState.COMPLETED, view.state());
        assertEquals("worker", view.worker());
        JobDetail detail = get(queue.get(job.jobId()));
        assertEquals("4\n", detail.attempts().get(0).out().text());
    }

    @Test
    public void exceptionsOfTheApiArriveAsWhatTheyAreWithTheirFields() throws Exception {
        try {
            get(queue.get("no-such-job"));
            fail("an unknown job was found");
        } catch (ExecutionException e) {
            assertTrue(e.toString(), e.getCause() instanceof UnknownJobException);
            assertEquals("no-such-job", ((UnknownJobException) e.getCause()).jobId());
        }
    }

    @Test
    public void aSubmitCanBeRepeatedButItsIdCannotBeUsedForAnotherJob() throws Exception {
        JobSpec job = JobSpec.script("echo once").delay(Duration.ofDays(1)).build();
        assertEquals(false, get(queue.submit(List.of(job))).get(0).repeated());
        assertEquals(true, get(queue.submit(List.of(job))).get(0).repeated());
        JobSpec other = JobSpec.script("echo twice").jobId(job.jobId()).build();
        try {
            get(queue.submit(List.of(other)));
            fail("one id was taken for two jobs");
        } catch (ExecutionException e) {
            assertTrue(e.toString(), e.getCause() instanceof JobConflictException);
        }
    }

    @Test
    public void theShellOfThisFrameworkPushesToTheQueueOfTheOther() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PrintStream print = new PrintStream(out, true);
                CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]), print, print)) {
            session.execute("batch:push --id from-the-shell 'echo hello'");
            session.execute("batch:wait from-the-shell --for 30s");
        }
        assertEquals(JobState.COMPLETED, get(queue.get("from-the-shell")).view().state());
    }

    @Test
    public void whatAJobPrintsThereIsReadHereWhileItExecutes() throws Exception {
        JobSpec job = JobSpec.script("""
                        $job progress 1 2 "halfway"
                        $job note shop 42
                        echo "it is on"
                        $job push 'echo (\"4711\" length)'
                        sleep 120""").build();
        get(queue.submit(List.of(job)));

        LiveView live = get(liveJobs.live(job.jobId(), 0, 0));
        for (int looks = 0; looks < 60 && live.out().text().isEmpty(); looks++) {
            Thread.sleep(500);
            live = get(liveJobs.live(job.jobId(), 0, 0));
        }

        assertEquals("it is on\n", live.out().text());
        assertEquals(JobState.EXECUTING, live.state());
        assertEquals("worker", live.worker());
        assertEquals(new Progress(1, 2, "halfway"), live.progress());
        assertEquals(Map.of("shop", "42"), live.notes());
        assertEquals(
                "", get(liveJobs.live(job.jobId(), live.out().end(), 0)).out().text());
        assertEquals(
                live.progress(),
                get(liveJobs.progress(List.of(job.jobId(), "no-such-job")))
                        .get(0)
                        .progress());

        get(queue.cancel(List.of(job.jobId()), "seen enough"));
        JobView ended = get(queue.await(job.jobId(), Duration.ofSeconds(30)));
        assertEquals(ended.toString(), JobState.CANCELLED, ended.state());
        LiveView after = get(liveJobs.live(job.jobId(), 0, 0));
        assertEquals("with the lease it is gone", "", after.out().text());
        assertEquals(JobState.CANCELLED, after.state());
        assertEquals(
                "it is on\n",
                get(queue.get(job.jobId())).attempts().get(0).out().text());
    }

    private static <T> T get(java.util.concurrent.CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(40, TimeUnit.SECONDS);
    }
}
