/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.gridbatch.api.ArrayView;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.worker.gogo.Durations;

/**
 * How far many jobs are, how fast they go and how long the rest will take: one line that is drawn anew in place on a
 * terminal, and else a line now and then.
 */
final class Bar {
    private static final String CLEAR = "\r\u001b[K";
    private static final int WIDEST = 40;
    private static final int NARROWEST = 5;

    /** Room for the words, so that the bar does not change its length with each of them. */
    private static final int WORDS = 60;

    private static final long NANOS = 1_000_000_000L;

    /** The rate is that of this time, so that it follows what happens and does not jump. */
    private static final long WINDOW = 30 * NANOS;

    /** Between lines where nothing can be drawn anew. */
    private static final long LINE_EVERY = 10 * NANOS;

    private final PrintStream stream;
    private final int width;
    private final LongSupplier nanos;
    private final Deque<Sample> samples = new ArrayDeque<>();
    private final long start;
    private long lastLine;
    private String shown = "";

    private record Sample(long nanos, long done) {}

    /** How many there are, and what became of them; an array counts as its items. */
    record Tally(long all, long completed, long failed, long executing) {
        long done() {
            return completed + failed;
        }

        static Tally of(Collection<JobView> jobs) {
            long all = 0;
            long completed = 0;
            long failed = 0;
            long executing = 0;
            for (JobView job : jobs) {
                if (job.isArray()) {
                    ArrayView array = job.array();
                    all += array.items();
                    completed += array.count(JobState.COMPLETED);
                    failed += array.count(JobState.DISCARDED) + array.count(JobState.CANCELLED);
                    executing += array.count(JobState.EXECUTING);
                } else {
                    all++;
                    if (job.state() == JobState.COMPLETED) completed++;
                    else if (job.state().isFinal()) failed++;
                    else if (job.state() == JobState.EXECUTING) executing++;
                }
            }
            return new Tally(all, completed, failed, executing);
        }
    }

    /**
     * @param width of the terminal; 0 if there is none
     * @param nanos a clock that only goes on
     */
    Bar(PrintStream stream, int width, LongSupplier nanos) {
        this.stream = stream;
        this.width = width;
        this.nanos = nanos;
        start = nanos.getAsLong();
        lastLine = start - LINE_EVERY;
    }

    void show(Tally tally) {
        long now = nanos.getAsLong();
        String text = text(tally, rate(tally.done(), now));
        if (width > 0) {
            draw(Text.cut(drawn(tally, text), width - 1));
        } else if (now - lastLine >= LINE_EVERY && !text.equals(shown)) {
            lastLine = now;
            shown = text;
            stream.println(text);
        }
    }

    /** The last word, which stays. */
    void end(Tally tally) {
        long took = Math.max(1, nanos.getAsLong() - start);
        String text = counts(tally) + ", in " + Durations.format(Duration.ofNanos(took));
        if (width > 0) {
            draw(Text.cut(drawn(tally, text), width - 1));
            leave();
        } else {
            stream.println(text);
        }
    }

    /** Leaves the line as it is: what comes next begins its own. */
    void leave() {
        if (width > 0 && !shown.isEmpty()) stream.println();
        shown = "";
    }

    private void draw(String line) {
        if (line.equals(shown)) return;
        stream.print(CLEAR + line);
        stream.flush();
        shown = line;
    }

    private String drawn(Tally tally, String text) {
        int cells = Math.max(NARROWEST, Math.min(WIDEST, width - WORDS));
        return draw(tally, cells) + " " + text;
    }

    /** Those that completed, those that ended otherwise, and those that are not final. */
    static String draw(Tally tally, int cells) {
        long all = Math.max(1, tally.all());
        int done = (int) (cells * tally.done() / all);
        int completed = (int) (cells * tally.completed() / all);
        return "[" + "#".repeat(completed) + "!".repeat(done - completed) + ".".repeat(cells - done) + "]";
    }

    private static String text(Tally tally, double perSecond) {
        long left = tally.all() - tally.done();
        String text = counts(tally);
        if (tally.executing() > 0) text += ", " + tally.executing() + " executing";
        if (perSecond <= 0 || left == 0) return text;
        return text + ", " + rate(perSecond) + ", "
                + Durations.format(Duration.ofSeconds((long) Math.ceil(left / perSecond))) + " left";
    }

    private static String counts(Tally tally) {
        long percent = tally.all() == 0 ? 100 : 100 * tally.done() / tally.all();
        return percent + " %, " + tally.done() + "/" + tally.all()
                + (tally.failed() == 0 ? "" : ", " + tally.failed() + " failed");
    }

    private double rate(long done, long now) {
        samples.addLast(new Sample(now, done));
        while (now - samples.getFirst().nanos() > WINDOW) samples.removeFirst();
        Sample first = samples.getFirst();
        return now == first.nanos() ? 0 : (done - first.done()) * (double) NANOS / (now - first.nanos());
    }

    /** {@code 120/s}, {@code 3.5/s}, or of what is slow {@code 2.4/min}. */
    static String rate(double perSecond) {
        if (perSecond >= 10) return Math.round(perSecond) + "/s";
        if (perSecond >= 0.5) return String.format(Locale.ROOT, "%.1f/s", perSecond);
        return String.format(Locale.ROOT, "%.1f/min", 60 * perSecond);
    }
}
