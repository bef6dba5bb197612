/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.ArrayView;
import org.gridbatch.api.AttemptOutcome;
import org.gridbatch.api.AuditQuery;
import org.gridbatch.api.AuditRecord;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.FinalPage;
import org.gridbatch.api.HistoryPage;
import org.gridbatch.api.HistoryQuery;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.ReportKind;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Place;
import org.junit.Test;

/** What every database must do. */
public abstract class ArchiveContract {
    private final Finals finals = new Finals();

    /** Open, and the same one for the whole test. */
    abstract JdbcArchive archive() throws Exception;

    /** To the same tables, past the archive. */
    abstract Connection connection() throws Exception;

    private static JobSpec.Builder job(String id) {
        return JobSpec.script("echo " + id).jobId(id);
    }

    private List<String> find(HistoryQuery query) throws Exception {
        return archive().find(query).jobs().stream().map(JobView::jobId).toList();
    }

    @Test
    public void aJobComesBackAsItWasWithEveryAttempt() throws Exception {
        JobSpec spec = JobSpec.script("echo \"€ \ud83d\ude00\"")
                .jobId("job-1")
                .queue("mail")
                .name("a näme")
                .args(List.of("", "zwei"))
                .tags(Map.of("shop", "7", "empty", ""))
                .maxAttempts(2)
                .backoff(Backoff.fixed(Duration.ZERO))
                .timeout(Duration.ofMinutes(1))
                .build();
        finals.ended(spec, ReportKind.FAIL, "it broke", "first output");
        finals.advance(Duration.ofSeconds(5)).endAgain(spec, ReportKind.COMPLETE, "", "second output");
        JobDetail wanted = finals.machine.detail(finals.machine.job("job-1"));
        finals.archiveTo(archive());
        JobDetail found = archive().get("job-1").orElseThrow();
        assertEquals(wanted, found);
        assertEquals(AttemptOutcome.FAILED, found.attempts().get(0).outcome());
        assertEquals("it broke", found.attempts().get(0).error());
        assertEquals("second output", found.attempts().get(1).out().head());
        assertEquals(List.of(wanted.view()), archive().find(HistoryQuery.ALL).jobs());
        assertTrue(archive().get("job-2").isEmpty());
    }

    @Test
    public void textThatADatabaseCannotHoldIsKeptAsGoodAsItGets() throws Exception {
        finals.completed(job("job-1").name("n\0").tags(Map.of("t", "v\0")).build(), "a\0b \ud800");
        finals.archiveTo(archive());
        assertEquals(
                "a\u2400b",
                archive()
                        .get("job-1")
                        .orElseThrow()
                        .attempts()
                        .get(0)
                        .out()
                        .head()
                        .substring(0, 3));
        assertEquals(List.of("job-1"), find(HistoryQuery.ALL.withTag("t=v\0")));
        assertEquals(List.of("job-1"), find(HistoryQuery.ALL.withName("n\0")));
    }

    @Test
    public void theLargestJobFits() throws Exception {
        String big = "x".repeat(4_096);
        JobSpec spec = JobSpec.script("y".repeat(3 << 20))
                .jobId("j".repeat(128))
                .queue("q".repeat(128))
                .name(big)
                .args(List.of(big, big))
                .tags(Map.of("k".repeat(128), big))
                .build();
        finals.ended(spec, ReportKind.FAIL_FOR_GOOD, "e".repeat(16_384), "o".repeat(32_768));
        finals.archiveTo(archive());
        JobDetail found = archive().get(spec.jobId()).orElseThrow();
        assertEquals(spec.script(), found.spec().script());
        assertEquals(spec.args(), found.spec().args());
        assertEquals(List.of(spec.jobId()), find(HistoryQuery.ALL.withTag("k".repeat(128) + "=" + big)));
    }

    @Test
    public void everyFieldOfAQuerySelects() throws Exception {
        finals.completed(
                job("a").queue("mail").name("n1").tags(Map.of("shop", "1")).build(), "hello world");
        finals.advance(Duration.ofMinutes(1));
        finals.ended(
                job("b").queue("deploy").name("n2").tags(Map.of("shop", "10")).build(),
                ReportKind.FAIL_FOR_GOOD,
                "50% broken_",
                "");
        finals.advance(Duration.ofMinutes(1));
        finals.completed(
                job("c").queue("mail")
                        .tags(Map.of("shop", "1", "x", "y"))
                        .tenant("acme")
                        .build(),
                "");
        finals.by("ann@n1").advance(Duration.ofMinutes(1)).completed(job("d").build(), "");
        finals.archiveTo(archive());

        assertEquals(List.of("d", "c", "b", "a"), find(HistoryQuery.ALL));
        assertEquals(List.of("d"), find(HistoryQuery.ALL.withBy("ann@n1")));
        assertEquals("ann@n1", archive().get("d").orElseThrow().view().by());
        assertEquals(List.of("b"), find(HistoryQuery.ALL.withStates(Set.of(JobState.DISCARDED))));
        assertEquals(
                List.of("d", "c", "b", "a"),
                find(HistoryQuery.ALL.withStates(Set.of(JobState.DISCARDED, JobState.COMPLETED))));
        assertEquals(List.of("c", "a"), find(HistoryQuery.ALL.withQueue("mail")));
        assertEquals(List.of("a"), find(HistoryQuery.ALL.withName("n1")));
        assertEquals(List.of("c", "a"), find(HistoryQuery.ALL.withTag("shop=1")));
        assertEquals(
                List.of("b"),
                find(HistoryQuery.ALL
                        .withSince(Finals.START.plusSeconds(60))
                        .withUntil(Finals.START.plusSeconds(120))));
        assertEquals(List.of("a"), find(HistoryQuery.ALL.withText("HELLO w")));
        assertEquals(List.of("b"), find(HistoryQuery.ALL.withText("echo B")));
        assertEquals(
                "what a pattern means is taken as it is", List.of("b"), find(HistoryQuery.ALL.withText("50% broken_")));
        assertEquals(List.of(), find(HistoryQuery.ALL.withText("50_ broken%")));
        assertEquals(List.of(), find(HistoryQuery.ALL.withTenant("nobody")));
        assertEquals(List.of("c"), find(HistoryQuery.ALL.withTenant("acme")));
        assertEquals(
                List.of("c"),
                find(HistoryQuery.ALL.withQueue("mail").withTag("shop=1").withSince(Finals.START.plusSeconds(1))));
    }

    @Test
    public void anArrayComesBackWithItsCountsAndItsItems() throws Exception {
        ArraySpec array = ArraySpec.of(job("shops").queue("deploy").build()).withThrottle(7);
        finals.array(array, "zurich", "bern", "basel");
        finals.completed(job("single").build(), "");
        finals.end("shops:0", ReportKind.COMPLETE, "", "out of zurich");
        finals.end("shops:1", ReportKind.FAIL_FOR_GOOD, "closed", "");
        finals.apply(new Command.Cancel(List.of("shops:2"), "not now", "ann@n1"));
        List<JobDetail> wanted = List.of(
                finals.machine.detail(finals.machine.job("shops")),
                finals.machine.detail(finals.machine.job("shops:1")));
        finals.archiveTo(archive());

        assertEquals(wanted.get(0), archive().get("shops").orElseThrow());
        assertEquals(wanted.get(1), archive().get("shops:1").orElseThrow());
        ArrayView counts = archive().get("shops").orElseThrow().view().array();
        assertEquals(Map.of(JobState.COMPLETED, 1, JobState.DISCARDED, 1, JobState.CANCELLED, 1), counts.states());
        JobView item = archive().get("shops:1").orElseThrow().view();
        assertEquals("bern", item.item());
        assertEquals("shops", item.arrayId());

        assertEquals("items are left out", List.of("shops", "single"), sorted(find(HistoryQuery.ALL)));
        assertEquals(
                List.of("shops", "shops:0", "shops:1", "shops:2", "single"),
                sorted(find(HistoryQuery.ALL.withItems(true))));
        assertEquals(
                List.of("shops:0", "shops:1", "shops:2"),
                sorted(find(HistoryQuery.ALL.withArray("shops").withQueue("deploy"))));
        HistoryQuery discarded = HistoryQuery.ALL.withArray("shops").withStates(Set.of(JobState.DISCARDED));
        assertEquals(List.of(item), archive().find(discarded).jobs());
        assertEquals(List.of(), find(HistoryQuery.ALL.withArray("single")));
        finals.apply(new Command.Retry(List.of("shops"), Command.Room.AMPLE, "ann@n1"));
        finals.archiveTo(archive());
        JobView again = archive().get("shops").orElseThrow().view();
        assertEquals("shops~2", again.retriedAs());
        assertEquals(counts, again.array());
    }

    @Test
    public void whatAnOlderVersionWroteIsReadAndGoneOnWith() throws Exception {
        finals.completed(job("old").build(), "");
        finals.archiveTo(archive());
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop index gridbatch_job_by_array");
            for (String column : List.of(
                    "array_id",
                    "items",
                    "throttle",
                    "items_completed",
                    "items_discarded",
                    "items_cancelled",
                    "submitted_by")) {
                statement.execute("alter table gridbatch_job drop column " + column);
            }
            statement.execute("delete from gridbatch_schema where version > 1");
        }
        assertEquals(1, archive().open("grid"));
        finals.array(ArraySpec.of(job("new").build()), "one");
        finals.end("new:0", ReportKind.COMPLETE, "", "");
        finals.archiveTo(archive());
        assertEquals(List.of("new", "old"), sorted(find(HistoryQuery.ALL)));
        assertEquals(ArrayView.NONE, archive().get("old").orElseThrow().view().array());
        assertEquals(List.of("new:0"), find(HistoryQuery.ALL.withArray("new")));
    }

    private static List<String> sorted(List<String> some) {
        return some.stream().sorted().toList();
    }

    @Test
    public void pagesShowEachJobOnceAlsoWhenManyBecameFinalAtOnce() throws Exception {
        for (int i = 0; i < 25; i++) {
            if (i % 10 == 0) finals.advance(Duration.ofMillis(1));
            finals.completed(job("job-" + i).build(), "");
        }
        finals.archiveTo(archive());
        List<String> seen = new ArrayList<>();
        HistoryQuery query = HistoryQuery.ALL.withLimit(7);
        for (int pages = 0; pages < 10; pages++) {
            HistoryPage page = archive().find(query);
            page.jobs().forEach(one -> seen.add(one.jobId()));
            if (page.next().isEmpty()) break;
            query = query.withAfter(page.next());
        }
        assertEquals(25, seen.size());
        assertEquals("job-24", seen.get(0));
        assertEquals("job-0", seen.get(24));
        assertEquals(25, Set.copyOf(seen).size());
        assertThrows(InvalidRequestException.class, () -> archive().find(HistoryQuery.ALL.withAfter("nonsense")));
    }

    @Test
    public void aPageEndsBeforeItIsTooMuchForAMessage() throws Exception {
        String error = "e".repeat(16_000);
        for (int i = 0; i < 200; i++) {
            finals.ended(job("job-" + i).build(), ReportKind.FAIL_FOR_GOOD, error, "");
        }
        finals.archiveTo(archive());
        List<String> seen = new ArrayList<>();
        HistoryQuery query = HistoryQuery.ALL.withLimit(1_000);
        int pages = 0;
        do {
            HistoryPage page = archive().find(query);
            assertTrue("rows of a page: " + page.jobs().size(), page.jobs().size() <= 66);
            page.jobs().forEach(one -> seen.add(one.jobId()));
            query = query.withAfter(page.next());
            pages++;
        } while (!query.after().isEmpty());
        assertEquals(4, pages);
        assertEquals(200, seen.size());
        assertEquals(200, Set.copyOf(seen).size());
    }

    @Test
    public void whatIsWrittenAgainReplacesItself() throws Exception {
        finals.ended(job("job-1").maxAttempts(1).build(), ReportKind.FAIL, "no", "");
        finals.apply(new Command.Cancel(List.of("job-1"), "late", "ann@n1"));
        archive().write(finals.waiting());
        archive().write(finals.waiting());
        finals.archiveTo(archive());
        finals.apply(new Command.Retry(List.of("job-1"), Command.Room.AMPLE, "ann@n1"));
        assertEquals(1, finals.waiting().jobs().size());
        finals.archiveTo(archive());
        assertEquals(List.of("job-1"), find(HistoryQuery.ALL));
        assertEquals("job-1~2", archive().get("job-1").orElseThrow().view().retriedAs());
        assertEquals(1, archive().audit(AuditQuery.ALL).records().size());
        assertFalse(archive().prune(Instant.EPOCH, 1, 100));
        assertEquals("it was counted once", List.of("job-1"), find(HistoryQuery.ALL));
    }

    @Test
    public void aJobThatWasTriedAgainFromTheArchiveIsTold() throws Exception {
        JobSpec spec = job("job-1").build();
        finals.ended(spec, ReportKind.FAIL_FOR_GOOD, "no", "");
        finals.archiveTo(archive());
        finals.apply(new Command.Prune(Long.MAX_VALUE, 0, 0, 100, true, 0, 0));
        finals.apply(
                new Command.RetryArchived(archive().get("job-1").orElseThrow().spec(), false, Command.Room.AMPLE, ""));
        finals.endAgain(finals.machine.job("job-1~2").spec(), ReportKind.FAIL_FOR_GOOD, "no", "");
        finals.archiveTo(archive());
        assertEquals("job-1~2", archive().get("job-1").orElseThrow().view().retriedAs());
        assertEquals("job-1", archive().get("job-1~2").orElseThrow().view().retryOf());
        assertEquals("", archive().get("job-1~2").orElseThrow().view().retriedAs());
    }

    @Test
    public void theAuditTrailSaysWhoDidWhat() throws Exception {
        finals.apply(new Command.Submit(List.of(job("a").build(), job("b").build()), Command.Room.AMPLE));
        finals.apply(new Command.Snooze(List.of("a"), Duration.ofHours(1), "ann@n1"));
        finals.advance(Duration.ofSeconds(1)).apply(new Command.Retry(List.of("a"), Command.Room.AMPLE, "bob@n2"));
        finals.advance(Duration.ofSeconds(1))
                .apply(new Command.Cancel(List.of("a", "b", "unknown"), "wrong", "ann@n1"));
        finals.archiveTo(archive());
        List<AuditRecord> all = archive().audit(AuditQuery.ALL).records();
        assertEquals(4, all.size());
        assertEquals(new AuditRecord(Finals.START.plusSeconds(2), "ann@n1", "cancel", "b", "wrong"), all.get(0));
        assertEquals("until 2026-03-01T11:00:00Z", all.get(3).detail());
        assertEquals(
                1, archive().audit(AuditQuery.ALL.withBy("bob@n2")).records().size());
        assertEquals(
                2,
                archive().audit(AuditQuery.ALL.withAction("cancel")).records().size());
        assertEquals(
                3, archive().audit(AuditQuery.ALL.withSubject("a")).records().size());
        assertEquals(
                2,
                archive()
                        .audit(AuditQuery.ALL.withUntil(Finals.START.plusSeconds(2)))
                        .records()
                        .size());
        var first = archive().audit(AuditQuery.ALL.withLimit(3));
        var rest = archive().audit(AuditQuery.ALL.withAfter(first.next()));
        assertEquals(List.of(all.get(3)), rest.records());
        assertEquals("", rest.next());
    }

    @Test
    public void theOldestAreForgottenByAgeAndByNumber() throws Exception {
        for (int i = 0; i < 10; i++) {
            finals.advance(Duration.ofDays(1))
                    .completed(job("job-" + i).tags(Map.of("k", "v")).build(), "out");
        }
        finals.archiveTo(archive());
        Instant before = Finals.START.plus(Duration.ofDays(4));
        assertTrue("in steps", archive().prune(before, 100, 2));
        assertFalse(archive().prune(before, 100, 2));
        assertEquals(7, find(HistoryQuery.ALL).size());
        while (archive().prune(before, 5, 2)) {
            // Until nothing is left to forget.
        }
        assertEquals(List.of("job-9", "job-8", "job-7", "job-6", "job-5"), find(HistoryQuery.ALL));
        assertEquals(5, find(HistoryQuery.ALL.withTag("k=v")).size());
        assertTrue(archive().get("job-4").isEmpty());
    }

    @Test
    public void finalJobsComeInTheOrderInWhichTheyBecameFinal() throws Exception {
        finals.completed(job("a").build(), "");
        finals.completed(job("b").queue("mail").build(), "");
        finals.advance(Duration.ofMillis(1)).completed(job("c").build(), "");
        finals.advance(Duration.ofMillis(1)).completed(job("d").queue("mail").build(), "");
        finals.archiveTo(archive());
        Place last = place("d");

        FinalPage first = archive().finals(Place.BEGINNING, last, job -> true, 3);
        assertEquals(List.of("a", "b", "c"), ids(first));
        assertEquals(place("c").toString(), first.next());
        assertEquals(first.next(), first.jobs().get(2).position());
        assertFalse(first.missed());
        FinalPage second = archive().finals(Place.parse(first.next()), last, job -> true, 3);
        assertEquals(List.of("d"), ids(second));
        assertEquals(last.toString(), second.next());

        assertEquals(List.of("b"), ids(archive().finals(place("a"), place("c").before(), job -> true, 3)));
        assertEquals(
                List.of("b", "d"),
                ids(archive().finals(Place.BEGINNING, last, job -> job.queue().equals("mail"), 3)));
    }

    @Test
    public void theHistorySaysWhenFinalJobsAreMissing() throws Exception {
        for (int i = 0; i < 5; i++) {
            finals.advance(Duration.ofSeconds(1)).completed(job("job-" + i).build(), "");
        }
        finals.archiveTo(archive());
        Place last = place("job-4");
        assertFalse(archive().prune(Instant.EPOCH, 3, 10));
        assertTrue(archive().finals(Place.BEGINNING, last, job -> true, 10).missed());
        assertTrue(archive().finals(place("job-0"), last, job -> true, 10).missed());
        FinalPage rest = archive().finals(place("job-1"), last, job -> true, 10);
        assertFalse(rest.missed());
        assertEquals(List.of("job-2", "job-3", "job-4"), ids(rest));
        assertFalse(archive().prune(Finals.START.plusSeconds(4), 100, 10));
        assertTrue(archive().finals(place("job-1"), last, job -> true, 10).missed());
        assertFalse(archive().finals(place("job-2"), last, job -> true, 10).missed());
    }

    @Test
    public void aLongRowOfFinalJobsThatNobodyWantsIsPassedInPieces() throws Exception {
        for (int i = 0; i < 1_500; i++) finals.completed(job("job-" + i).build(), "");
        finals.archiveTo(archive());
        Place last = place("job-1499");
        FinalPage first =
                archive().finals(Place.BEGINNING, last, job -> job.jobId().equals("job-1400"), 10);
        assertEquals(List.of(), ids(first));
        FinalPage second = archive()
                .finals(Place.parse(first.next()), last, job -> job.jobId().equals("job-1400"), 10);
        assertEquals(List.of("job-1400"), ids(second));
        assertEquals(last.toString(), second.next());
    }

    private Place place(String jobId) {
        return Place.of(finals.machine.job(jobId));
    }

    private static List<String> ids(FinalPage page) {
        return page.jobs().stream().map(job -> job.view().jobId()).toList();
    }

    @Test
    public void anotherGridsArchiveIsRefused() throws Exception {
        finals.completed(job("job-1").build(), "");
        finals.archiveTo(archive());
        assertEquals(1, archive().open("grid"));
        ArchiveException e =
                assertThrows(ArchiveException.class, () -> archive().open("another"));
        assertEquals(
                "it is the archive of grid grid, and this is grid another: give each grid a database or a schema of its own",
                e.getMessage());
    }
}
