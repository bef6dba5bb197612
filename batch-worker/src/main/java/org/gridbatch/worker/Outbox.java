/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.Limits;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.Report;
import org.gridbatch.api.Verdict;
import org.gridbatch.api.VerdictKind;
import org.gridbatch.api.WorkQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports until the queue has answered: all that wait go out in one call, one call at a time. It is bounded by the
 * worker, which claims nothing while too much waits here. Lives on the event loop.
 */
final class Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final Duration MOST_WAIT = Duration.ofSeconds(2);
    /** Characters of one call, so that many long outputs do not make a message that is too big to send. */
    private static final int CALL_CHARS = 512 * 1_024;

    private final EventLoop loop;
    private final WorkQueue queue;
    private final Contact contact;
    private final Runnable answered;
    private final Map<Long, Entry> entries = new LinkedHashMap<>();
    private final RetryWait retry = new RetryWait(MOST_WAIT);
    /** How many go in one call; 1 after a refusal, to find the one that is refused. */
    private int callSize = Limits.BULK;

    private boolean calling;
    private EventLoop.Timer waiting;

    private static final class Entry {
        private final Report report;
        /** Of the attempt whose script has ended; else null. */
        private final AttemptEvent event;
        /** Whether the queue may have got it. */
        private boolean sent;

        private Entry(Report report, AttemptEvent event) {
            this.report = report;
            this.event = event;
        }
    }

    /** @param answered called when reports have left */
    Outbox(EventLoop loop, WorkQueue queue, Contact contact, Runnable answered) {
        this.loop = loop;
        this.queue = queue;
        this.contact = contact;
        this.answered = answered;
    }

    void add(Report report) {
        add(report, null);
    }

    /** @param event of the attempt that is reported */
    void add(Report report, AttemptEvent event) {
        if (LOG.isDebugEnabled()) {
            LOG.debug("job {}: {} under lease {} {}", report.jobId(), report.kind(), report.leaseId(), report.error());
        }
        entries.putIfAbsent(report.leaseId(), new Entry(report, event));
        // Not at once: what else ends in this turn of the loop goes with it.
        loop.execute(this::send);
    }

    int size() {
        return entries.size();
    }

    Collection<Long> leaseIds() {
        return entries.keySet();
    }

    boolean holds(long leaseId) {
        return entries.containsKey(leaseId);
    }

    /**
     * The lease is no longer ours. A report that was never sent cannot count any more. One that was sent may be the very
     * reason why the lease is gone, so its verdict is still asked for.
     */
    void lost(long leaseId) {
        Entry entry = entries.get(leaseId);
        if (entry == null || entry.sent) return;
        entries.remove(leaseId);
        LOG.warn(
                "the outcome {} of job {} is dropped: lease {} was lost before it could be reported; the queue gives the"
                        + " job to a worker again",
                entry.report.kind(),
                entry.report.jobId(),
                leaseId);
        answered.run();
    }

    private void send() {
        if (calling || waiting != null || entries.isEmpty()) return;
        List<Entry> batch = batch();
        List<Entry> sentFirst = batch.stream().filter(entry -> !entry.sent).toList();
        sentFirst.forEach(this::sending);
        List<Report> reports = batch.stream().map(entry -> entry.report).toList();
        calling = true;
        loop.call(() -> queue.report(reports), ANSWER, new EventLoop.Answer<List<Verdict>>() {
            private boolean failed;

            @Override
            public void value(List<Verdict> verdicts) {
                contact.answered();
                retry.reset();
                if (!failed) calling = false;
                for (int i = 0; i < Math.min(verdicts.size(), reports.size()); i++) {
                    Entry entry = entries.remove(reports.get(i).leaseId());
                    if (entry != null) judged(entry, verdicts.get(i));
                }
                if (callSize == 1) callSize = Limits.BULK;
                answered.run();
                send();
            }

            @Override
            public void failed(Throwable why) {
                failed = true;
                calling = false;
                contact.failed(why);
                if (why instanceof QueueUnavailableException) sentFirst.forEach(entry -> entry.sent = false);
                if (why instanceof InvalidRequestException) refused(reports, why);
                sendAgainLater();
            }
        });
    }

    private List<Entry> batch() {
        List<Entry> batch = new ArrayList<>();
        int chars = 0;
        for (Entry entry : entries.values()) {
            chars += chars(entry.report);
            if (!batch.isEmpty() && (chars > CALL_CHARS || batch.size() >= callSize)) break;
            batch.add(entry);
        }
        return batch;
    }

    private static int chars(Report report) {
        return report.error().length()
                + report.result().length()
                + report.out().head().length()
                + report.out().tail().length()
                + report.err().head().length()
                + report.err().tail().length();
    }

    private void sending(Entry entry) {
        entry.sent = true;
        if (entry.event != null) entry.event.sent(loop.nanoTime());
    }

    private void judged(Entry entry, Verdict verdict) {
        if (entry.event != null) entry.event.answered(loop.nanoTime());
        Report report = entry.report;
        if (verdict.kind() != VerdictKind.STALE) return;
        LOG.warn(
                "the outcome {} of job {} does not count, its lease {} was no longer current: {}; the job is {} now",
                report.kind(),
                report.jobId(),
                report.leaseId(),
                verdict.message(),
                verdict.state());
    }

    private void refused(List<Report> reports, Throwable why) {
        if (reports.size() > 1) {
            callSize = 1;
            return;
        }
        Report report = reports.get(0);
        if (entries.remove(report.leaseId()) == null) return;
        LOG.error(
                "the outcome {} of job {} is dropped, the queue cannot take it: {}; the job is tried again when lease {}"
                        + " has ended",
                report.kind(),
                report.jobId(),
                why.getMessage(),
                report.leaseId());
        answered.run();
    }

    private void sendAgainLater() {
        if (waiting != null) return;
        waiting = loop.schedule(retry.next(), () -> {
            waiting = null;
            send();
        });
    }
}
