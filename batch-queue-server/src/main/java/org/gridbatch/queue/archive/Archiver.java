/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.core.Unarchived;
import org.gridbatch.queue.engine.QueueEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries what became final from the engine's memory to the archive, on a thread of its own: reads some of it, writes it
 * in one transaction, and logs how far the archive is; only then may the engine forget it. The order makes a crash
 * harmless between any two steps: what was not logged as archived is read again, and replaces itself in the archive. So
 * the archive's own position is not needed to go on; it tells whether the database is the one that it was.
 *
 * <p>While the database is away it tries again, with waits that double up to half a minute, and the engine keeps what
 * there is.
 */
public final class Archiver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Archiver.class);
    private static final int MOST = 1_000;
    private static final long MOST_BYTES = 4 << 20;
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration IDLE = Duration.ofMillis(200);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration LONGEST_WAIT_FOR_ENGINE = Duration.ofSeconds(5);
    private static final Duration BETWEEN_PRUNES = Duration.ofMinutes(1);
    private static final int MOST_PRUNED = 1_000;

    private final QueueEngine engine;
    private final Archive archive;
    private final Supplier<String> grid;
    private final Duration keepFor;
    private final long keepJobs;
    private final CountDownLatch stop = new CountDownLatch(1);
    private Thread thread;

    /** From here on, only the archiver's thread touches anything. */
    private boolean open;

    private boolean compared;
    private long position;
    private Unarchived written;
    private CompletableFuture<Unarchived> reading;
    private CompletableFuture<Result> logging;
    private Duration pause = FIRST_PAUSE;
    private String problem = "";
    private Instant nextPrune = Instant.EPOCH;

    /**
     * @param grid the id of the grid, asked for when the engine is ready
     * @param keepFor how long jobs stay in the archive
     * @param keepJobs how many
     */
    public Archiver(QueueEngine engine, Archive archive, Supplier<String> grid, Duration keepFor, long keepJobs) {
        this.engine = engine;
        this.archive = archive;
        this.grid = grid;
        this.keepFor = keepFor;
        this.keepJobs = keepJobs;
    }

    /** Works until it is closed. */
    public void start() {
        thread = new Thread(this::run, "queue-server archiver");
        thread.setDaemon(true);
        thread.start();
    }

    /** Ends the thread; what it is writing is finished, or written again by the next. */
    @Override
    public void close() {
        stop.countDown();
        if (thread == null) return;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (stop.getCount() > 0) {
                Duration wait = turn();
                awaitEngine();
                if (!wait.isZero()) stop.await(wait.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitEngine() throws InterruptedException {
        CompletableFuture<?> pending = reading != null ? reading : logging;
        if (pending == null) return;
        try {
            pending.get(LONGEST_WAIT_FOR_ENGINE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // The next turn looks at what came of it.
        }
    }

    /**
     * Does the next step, and waits for the database but never for the engine.
     *
     * @return how long until the next step is worth it
     */
    public Duration turn() {
        try {
            if (logging != null) return hearLogged();
            if (reading != null) return write();
            if (!open) {
                position = archive.open(grid.get());
                open = true;
            }
            boolean more = compared && prune();
            QueueEngine.Backlog backlog = engine.backlog();
            if (compared && backlog.jobs() + backlog.audits() == 0) {
                works();
                return more ? AT_ONCE : IDLE;
            }
            reading = engine.unarchived(MOST, MOST_BYTES);
            return AT_ONCE;
        } catch (ArchiveException e) {
            return fails(e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            // Without this thread no job would leave memory any more, and in the end none would start.
            return fails(e.toString(), e);
        }
    }

    private Duration write() throws ArchiveException {
        if (!reading.isDone()) return AT_ONCE;
        CompletableFuture<Unarchived> done = reading;
        reading = null;
        // The engine is stopping or has much to do; it is asked again.
        if (done.isCompletedExceptionally()) return IDLE;
        Unarchived some = done.join();
        if (!compared) compare(some);
        if (some.isEmpty()) return IDLE;
        archive.write(some);
        written = some;
        works();
        logging = engine.execute(new Command.Archived(some.through()));
        return AT_ONCE;
    }

    private Duration hearLogged() {
        if (!logging.isDone()) return AT_ONCE;
        boolean failed = logging.isCompletedExceptionally();
        logging = null;
        // Not logged: the engine gives the same again, and it replaces itself.
        if (failed) return IDLE;
        // A full batch has others behind it; a small one lets more gather, which costs less.
        return written.jobs().size() + written.audits().size() < MOST / 2 && written.through() == written.last()
                ? IDLE
                : AT_ONCE;
    }

    /** Whether this is the database that was written before. */
    private void compare(Unarchived some) {
        compared = true;
        if (position < some.archivedThrough()) {
            LOG.warn(
                    "the archive is behind: it has all up to number {}, and this queue had archived up to {}. What became"
                            + " final in between is not in it: it is empty, or was put back from an older backup",
                    position,
                    some.archivedThrough());
        } else if (position > some.last()) {
            LOG.warn(
                    "the archive is ahead: it has all up to number {}, and this queue has come to {} only. The data"
                            + " directory is an older one; what comes is added to what the archive has",
                    position,
                    some.last());
        }
    }

    /**
     * Some at a time, so that what becomes final meanwhile waits for a moment only. The time is the engine's: a wall clock
     * that jumps ahead must not make all of the history old.
     */
    private boolean prune() throws ArchiveException {
        Instant now = engine.time();
        if (now.isBefore(nextPrune)) return false;
        if (archive.prune(now.minus(keepFor), keepJobs, MOST_PRUNED)) return true;
        nextPrune = now.plus(BETWEEN_PRUNES);
        return false;
    }

    private void works() {
        pause = FIRST_PAUSE;
        if (problem.isEmpty()) return;
        LOG.info("the archive works again");
        problem = "";
        engine.setArchiveProblem("");
    }

    private Duration fails(String why, Throwable e) {
        open = false;
        compared = false;
        String text = "the archive cannot be used: " + why;
        if (!text.equals(problem)) {
            LOG.warn("{}; what becomes final waits in memory, and it is tried again", text, e);
            problem = text;
            engine.setArchiveProblem(text);
        }
        Duration wait = pause;
        Duration twice = pause.multipliedBy(2);
        pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
        return wait;
    }
}
