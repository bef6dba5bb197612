/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channel;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.apache.felix.gogo.runtime.Closure;
import org.apache.felix.gogo.runtime.CommandSessionImpl;
import org.apache.felix.service.command.Job;
import org.apache.felix.service.command.Result;

/**
 * The session of one script, which sees what {@code execute} does not tell: failures of pipeline stages that are not the
 * last, background jobs and how they end, and where it failed.
 *
 * <p>Gogo hands the failures of the earlier stages to {@link #put} as the variable {@code pipe-exception}, and the place
 * of an error as {@code .location}, both of which the next statement overwrites. Each statement, also inside a closure,
 * is a job of two threads that tells its listener when it starts and ends.
 */
final class JobSession extends CommandSessionImpl implements ScriptSession {
    /** Statements that wait for each other, as in a closure that calls itself: each costs two threads. */
    static final int MAX_NESTED = 200;

    private static final int MAX_FAILURES = 8;
    private static final int COMMAND_CHARS = 120;
    /** What a pipe says to the stage that writes when the one that reads has enough; other shells ignore it as well. */
    private static final Set<String> NOBODY_READS = Set.of("Pipe closed", "Read end dead", "Pipe broken");

    private final List<Failure> failures = new ArrayList<>();
    private final Set<Job> background = Collections.newSetFromMap(new IdentityHashMap<>());
    private int unfinished;
    private int exitCode;
    private String executing = "";
    private String location = "";
    private volatile boolean open = true;

    /** Something that went wrong beside what {@code execute} throws. */
    record Failure(String where, Throwable cause) {}

    JobSession(JobProcessor processor, Capture out, Capture err) {
        super(processor, InputStream.nullInputStream(), out, err);
        channels = new Channel[] {Channels.newChannel(in), out, err};
        setJobListener(this::jobChanged);
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
        super.close();
    }

    @Override
    public Object put(String name, Object value) {
        if (Closure.PIPE_EXCEPTION.equals(name) && value instanceof Exception failure) {
            for (Throwable stage : failure.getSuppressed()) {
                if (!nobodyReads(stage)) failed("in a stage of a pipeline", stage);
            }
        } else if (Closure.LOCATION.equals(name)) {
            located(value);
        }
        return super.put(name, value);
    }

    private static boolean nobodyReads(Throwable failure) {
        return failure instanceof IOException && NOBODY_READS.contains(String.valueOf(failure.getMessage()));
    }

    /** The innermost closure names its place first, and those around it follow unless another was started since. */
    private synchronized void located(Object place) {
        if (place == null) location = "";
        else if (location.isEmpty()) location = place.toString();
    }

    private void jobChanged(Job job, Job.Status previous, Job.Status now) {
        switch (now) {
            case Foreground, Background -> started(job, previous, now);
            case Suspended -> resume(job, previous);
            case Done -> {
                EndedStatements.forget(job);
                ended(job);
            }
            case Created -> throw new AssertionError("a job is created once: " + job.command());
        }
    }

    private synchronized void started(Job job, Job.Status previous, Job.Status now) {
        if (now == Job.Status.Background) background.add(job);
        if (previous != Job.Status.Created) return;
        if (unfinished >= MAX_NESTED) {
            background.remove(job);
            throw new IllegalStateException(MAX_NESTED
                    + " statements wait for each other or run in the background, which is the most: does a closure"
                    + " call itself without end?");
        }
        unfinished++;
        if (job.parent() == null) executing = Texts.line(job.command(), COMMAND_CHARS);
    }

    /**
     * A terminal suspends a background job that reads it. Here nobody would ever resume it, so it goes on, and finds
     * stdin empty.
     */
    private static void resume(Job job, Job.Status previous) {
        if (previous == Job.Status.Background) job.background();
        else job.foreground();
    }

    private synchronized void ended(Job job) {
        unfinished--;
        Result result = job.result();
        if (background.remove(job)) {
            String where = "in the background, " + Texts.line(job.command(), COMMAND_CHARS) + " &";
            if (result != null && result.exception() != null) failed(where, result.exception());
            else if (result != null && result.error() != 0) failed(where, new ExitCodeException(result.error()));
        } else if (job.parent() == null && result != null) {
            exitCode = result.exception() == null ? result.error() : 0;
        }
        notifyAll();
    }

    private synchronized void failed(String where, Throwable cause) {
        if (failures.size() < MAX_FAILURES) failures.add(new Failure(where, cause));
    }

    /** Waits until no background job runs. */
    synchronized void awaitBackground() throws InterruptedException {
        while (!background.isEmpty()) wait();
    }

    /** The first things that went wrong unseen. */
    synchronized List<Failure> failures() {
        return List.copyOf(failures);
    }

    /** What the last top-level statement set as its exit code; 0 if it set none. */
    synchronized int exitCode() {
        return exitCode;
    }

    /** The top-level statement that was started last. */
    synchronized String executing() {
        return executing;
    }

    /** Where the failure that ended the script was, as {@code line.column}; empty if unknown. */
    synchronized String location() {
        return location;
    }
}
