/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.gridbatch.queue.engine.TestEngine.job;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.gridbatch.api.FinalJob;
import org.gridbatch.api.FinalPage;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.ReportKind;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Place;
import org.gridbatch.queue.core.Unarchived;
import org.gridbatch.queue.match.Filters;
import org.junit.Test;

/** The jobs in the order in which they become final. */
public class FollowersTest {
    private static final Duration MOMENT = Duration.ofMillis(1);
    private static final Duration WAIT = Duration.ofSeconds(30);

    private final TestEngine grid = new TestEngine();

    @Test
    public void whoWaitsHearsOfAJobWhenItsMomentIsOver() {
        Place now = finals(null, "", 10, Duration.ZERO).join().next();
        CompletableFuture<Finals> answer = finals(now, "", 10, WAIT);
        completed("a");
        assertFalse("another one may become final in this moment", answer.isDone());
        grid.pass(MOMENT);
        assertEquals(List.of("a"), ids(answer.join()));
        assertEquals(
                List.of(),
                ids(finals(answer.join().next(), "", 10, Duration.ZERO).join()));
    }

    @Test
    public void anOlderJobThatBecomesFinalInTheSameMomentIsNotMissed() {
        grid.submit(job("old"), job("young"));
        grid.claim("w1", 2).join();
        Place now = finals(null, "", 10, Duration.ZERO).join().next();
        grid.complete("young");
        Place between = finals(now, "", 10, Duration.ZERO).join().next();
        grid.complete("old");
        grid.pass(MOMENT);
        assertEquals(
                List.of("old", "young"),
                ids(finals(between, "", 10, Duration.ZERO).join()));
    }

    @Test
    public void pagesGoOnWhereTheLastOneEnded() {
        for (int i = 0; i < 25; i++) {
            completed("job-" + i);
            if (i % 4 == 0) grid.pass(MOMENT);
        }
        grid.pass(MOMENT);
        List<String> all = new ArrayList<>();
        Place at = Place.BEGINNING;
        for (int page = 0; page < 3; page++) {
            Finals finals = finals(at, "", 10, Duration.ZERO).join();
            all.addAll(ids(finals));
            at = finals.next();
        }
        List<String> wanted = new ArrayList<>();
        for (int i = 0; i < 25; i++) wanted.add("job-" + i);
        assertEquals(wanted, all);
    }

    @Test
    public void aFilterSeesWhatBecameOfAJob() {
        Place now = finals(null, "", 10, Duration.ZERO).join().next();
        grid.submit(job("a").queue("mail").tags(Map.of("shop", "42")), job("b").queue("mail"), job("c"));
        grid.claim("w1", 3).join();
        grid.complete("a");
        grid.end("b", ReportKind.FAIL_FOR_GOOD);
        grid.complete("c");
        grid.pass(MOMENT);
        assertEquals(
                List.of("a", "b"), ids(finals(now, "(queue=mail)", 10, WAIT).join()));
        assertEquals(
                List.of("a"),
                ids(finals(now, "(&(state=completed)(shop>=7))", 10, WAIT).join()));
        assertEquals(List.of("b"), ids(finals(now, "(error=*broke*)", 10, WAIT).join()));
        assertEquals(
                List.of("a", "b", "c"),
                ids(finals(now, "(&(worker=w1)(!(array=*)))", 10, WAIT).join()));
        assertFalse(finals(now, "(queue=none)", 10, WAIT).isDone());
    }

    @Test
    public void whoWaitsInVainGoesOnBehindWhatHasPassed() {
        Place now = finals(null, "", 10, Duration.ZERO).join().next();
        CompletableFuture<Finals> answer = finals(now, "(queue=none)", 10, WAIT);
        completed("a");
        grid.pass(WAIT.minusMillis(1));
        assertFalse(answer.isDone());
        grid.pass(MOMENT);
        assertEquals(List.of(), ids(answer.join()));
        assertTrue(answer.join().next().compareTo(now) > 0);
    }

    @Test
    public void aLongRowThatNoFilterWantsIsPassedInPieces() {
        List<JobSpec.Builder> jobs = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) jobs.add(job("job-" + i));
        grid.submit(jobs.toArray(new JobSpec.Builder[0]));
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) ids.add("job-" + i);
        for (int i = 0; i < 2_500; i += 500) grid.execute(new Command.Cancel(ids.subList(i, i + 500), "", "me"));
        grid.pass(MOMENT);
        Place at = Place.BEGINNING;
        int pages = 0;
        for (CompletableFuture<Finals> page; (page = finals(at, "(queue=none)", 10, WAIT)).isDone(); pages++) {
            assertEquals(List.of(), ids(page.join()));
            at = page.join().next();
        }
        assertEquals(2, pages);
    }

    @Test
    public void aJobThatChangesLaterIsNotToldAgain() {
        completed("a");
        grid.pass(MOMENT);
        Finals first = finals(Place.BEGINNING, "", 10, WAIT).join();
        grid.execute(new Command.Cancel(List.of("a"), "", "me"));
        grid.execute(new Command.Retry(List.of("a"), Command.Room.AMPLE, "me"));
        grid.pass(MOMENT);
        assertFalse(finals(first.next(), "", 10, WAIT).isDone());
    }

    @Test
    public void placesOutliveTheServer() {
        completed("a");
        grid.pass(MOMENT);
        Place at = finals(Place.BEGINNING, "", 10, WAIT).join().next();
        grid.restart();
        completed("b");
        grid.pass(MOMENT);
        Finals finals = finals(at, "", 10, WAIT).join();
        assertEquals(List.of("b"), ids(finals));
        assertFalse(finals.missed());
    }

    @Test
    public void aJobThatBecomesFinalJustAfterARestartIsNotMissed() {
        completed("a");
        grid.ticker.advance(MOMENT);
        grid.engine.tick();
        grid.settle();
        Place at = finals(null, "", 10, Duration.ZERO).join().next();
        // The clock was set back meanwhile, to the moment that was told as one that is over.
        grid.ticker.jump(MOMENT.negated());
        grid.restart();
        completed("b");
        grid.pass(Duration.ofSeconds(1));
        assertEquals(List.of("b"), ids(finals(at, "", 10, WAIT).join()));
    }

    @Test
    public void whatHasLeftMemoryIsSaidToBeForgotten() {
        completed("a");
        grid.pass(MOMENT);
        Finals a = finals(Place.BEGINNING, "", 10, WAIT).join();
        completed("b");
        grid.pass(MOMENT);
        completed("c");
        CompletableFuture<Finals> waiting =
                finals(Place.endOf(grid.now().toEpochMilli() - 1), "(queue=none)", 10, WAIT);
        grid.execute(new Command.Prune(Long.MIN_VALUE, 1, Long.MAX_VALUE, 1_000, false, 100, 0));

        Finals finals = finals(a.next(), "", 10, WAIT).join();
        assertEquals(List.of(), ids(finals));
        assertEquals(a.next(), finals.next());
        assertEquals(
                Place.of(grid.machine().job("c")).millis() - 1,
                finals.forgotten().millis());
        grid.pass(MOMENT);
        assertEquals(List.of("c"), ids(finals(finals.forgotten(), "", 10, WAIT).join()));
        assertFalse("what it waits for is all in memory", waiting.isDone());
    }

    @Test
    public void whatMayHaveBeenForgottenBeforeTheStartIsSaidToBe() {
        completed("a");
        grid.pass(MOMENT);
        Place a = finals(Place.BEGINNING, "", 10, WAIT).join().next();
        completed("b");
        grid.pass(MOMENT);
        completed("c");
        grid.execute(new Command.Prune(Long.MIN_VALUE, 1, Long.MAX_VALUE, 1_000, false, 100, 0));
        grid.restart();
        grid.pass(Duration.ofSeconds(1));
        Finals finals = finals(a, "", 10, WAIT).join();
        assertEquals(Place.of(grid.machine().job("c")).before(), finals.forgotten());
        assertEquals(List.of("c"), ids(finals(finals.forgotten(), "", 10, WAIT).join()));
        assertEquals(
                "one that ended in the moment of c can have been forgotten as well",
                Place.of(grid.machine().job("c")).millis(),
                finals(Place.of(grid.machine().job("c")), "", 10, WAIT)
                        .join()
                        .forgotten()
                        .millis());
    }

    @Test
    public void aPlaceThatThisQueueNeverHadIsFoundOut() {
        completed("a");
        grid.pass(MOMENT);
        Finals finals = finals(new Place(grid.now().toEpochMilli() + 1, 1), "", 10, WAIT)
                .join();
        assertTrue(finals.missed());
        completed("b");
        grid.pass(MOMENT);
        assertEquals(List.of("b"), ids(finals(finals.next(), "", 10, WAIT).join()));
    }

    @Test
    public void onlySoManyWaitAtATime() {
        Place now = finals(null, "", 10, Duration.ZERO).join().next();
        List<CompletableFuture<Finals>> all = new ArrayList<>();
        for (int i = 0; i < Followers.MOST; i++) all.add(finals(now, "", 10, WAIT));
        CompletionException e = assertThrows(
                CompletionException.class, () -> finals(now, "", 10, WAIT).join());
        assertTrue(e.toString(), e.getCause() instanceof QueueUnavailableException);
        all.get(0).cancel(false);
        grid.pass(MOMENT);
        assertFalse("one has hung up", finals(now, "", 10, WAIT).isDone());
        completed("a");
        grid.pass(MOMENT);
        for (CompletableFuture<Finals> one : all.subList(1, all.size())) assertEquals(List.of("a"), ids(one.join()));
    }

    @Test
    public void whenTheServerStopsWhoWaitsIsTold() {
        CompletableFuture<Finals> waiting =
                finals(finals(null, "", 1, WAIT).join().next(), "", 1, WAIT);
        grid.engine.stop();
        grid.settle();
        CompletionException e = assertThrows(CompletionException.class, waiting::join);
        assertTrue(e.toString(), e.getCause() instanceof QueueUnavailableException);
    }

    @Test
    public void whateverHappensEachFinalJobIsHeardOnceAndInOrder() throws Exception {
        for (long seed = 1; seed <= 150; seed++) {
            try {
                new Story(seed).run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    /** Jobs end, the server crashes, the clock is set back a little, memory forgets, and one follows. */
    private static final class Story {
        private final Random random;
        private final TestEngine grid = new TestEngine(
                Command.Room.AMPLE,
                new Settings.Archiving(true, 1_000, Long.MAX_VALUE, 1_000, 1_000, Duration.ofDays(1)));
        private final FakeArchive archive = new FakeArchive();
        private final List<FinalJob> heard = new ArrayList<>();
        private Place at = Place.BEGINNING;
        private int jobs;

        Story(long seed) {
            random = new Random(seed);
        }

        void run() throws Exception {
            for (int step = 0; step < 200; step++) act();
            grid.pass(Duration.ofSeconds(1));
            archive();
            grid.pass(MOMENT);
            for (int i = 0; i < 300; i++) follow();
            List<String> ended = new ArrayList<>();
            archive.jobs.values().forEach(job -> ended.add(job.view().jobId()));
            List<String> ids =
                    heard.stream().map(job -> job.view().jobId()).sorted().toList();
            assertEquals(ended.stream().sorted().toList(), ids);
            for (int i = 1; i < heard.size(); i++) {
                Place before = Place.parse(heard.get(i - 1).position());
                assertTrue(before.compareTo(Place.parse(heard.get(i).position())) < 0);
            }
        }

        private void act() throws Exception {
            switch (random.nextInt(10)) {
                case 0, 1 -> {
                    for (int i = random.nextInt(3); i >= 0; i--) grid.submit(job("job-" + jobs++));
                }
                case 2, 3 -> {
                    // Any of them, so that older ones end after younger ones.
                    if (jobs > 0) grid.engine.execute(cancel("job-" + random.nextInt(jobs)));
                    if (random.nextBoolean()) grid.settle();
                }
                case 4 -> {
                    grid.ticker.advance(Duration.ofMillis(random.nextInt(3)));
                    grid.engine.tick();
                    grid.settle();
                }
                case 5 -> grid.ticker.jump(Duration.ofMillis(random.nextInt(3) - 2L));
                case 6 -> {
                    if (random.nextInt(5) == 0) grid.restart();
                }
                case 7 -> archive();
                default -> follow();
            }
        }

        private static Command cancel(String id) {
            return new Command.Cancel(List.of(id), "", "");
        }

        private void archive() throws Exception {
            CompletableFuture<Unarchived> waiting = grid.engine.unarchived(1_000, Long.MAX_VALUE);
            grid.settle();
            archive.write(waiting.join());
            grid.execute(new Command.Archived(waiting.join().through()));
            grid.execute(new Command.Prune(Long.MIN_VALUE, random.nextInt(4), Long.MAX_VALUE, 1_000, true, 100, 0));
        }

        private void follow() {
            CompletableFuture<Finals> answer = grid.engine.finals(at, null, 1 + random.nextInt(4), Duration.ZERO);
            grid.settle();
            Finals finals = answer.join();
            assertFalse(finals.missed());
            heard.addAll(finals.jobs());
            at = finals.next();
            if (finals.forgotten() == null) return;
            FinalPage page = archive.finals(at, finals.forgotten(), job -> true, 1 + random.nextInt(4));
            heard.addAll(page.jobs());
            at = Place.parse(page.next());
        }
    }

    private CompletableFuture<Finals> finals(Place after, String filter, int most, Duration atMost) {
        CompletableFuture<Finals> answer = grid.engine.finals(after, Filters.of("filter", filter), most, atMost);
        grid.settle();
        return answer;
    }

    private void completed(String id) {
        grid.submit(job(id));
        assertEquals(id, grid.take("w1"));
        grid.complete(id);
    }

    private static List<String> ids(Finals finals) {
        assertNull(finals.jobs().isEmpty() ? null : finals.forgotten());
        return finals.jobs().stream()
                .map(FinalJob::view)
                .map(view -> view.jobId())
                .toList();
    }
}
