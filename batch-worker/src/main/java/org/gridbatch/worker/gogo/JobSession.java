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
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.felix.gogo.runtime.Closure;
import org.apache.felix.gogo.runtime.CommandSessionImpl;
import org.apache.felix.gogo.runtime.Parser.Statement;
import org.apache.felix.gogo.runtime.Pipe;
import org.apache.felix.gogo.runtime.Token;
import org.apache.felix.service.command.Job;
import org.apache.felix.service.command.Process;
import org.apache.felix.service.command.Result;

/**
 * The session of one script, which sees what {@code execute} does not tell: failures of pipeline stages that are not the
 * last, exit codes, background jobs and how they end, and where it failed.
 *
 * <p>Each statement, also inside a closure, is a job that tells its listener when it starts and ends. Gogo
 * hands the exceptions of the earlier stages to {@link #put} just before, as the variable {@code pipe-exception}, and the
 * place of an error as {@code .location}, both of which the next statement overwrites. What made a statement fail and
 * would be lost becomes its result here, so that Gogo throws it.
 */
final class JobSession extends CommandSessionImpl implements ScriptSession {
    /** Statements that wait for each other, as in a closure that calls itself: each costs a thread. */
    static final int MAX_NESTED = 200;

    private static final int MAX_FAILURES = 8;
    private static final int COMMAND_CHARS = 120;
    private static final int PLACE_CHARS = 200;
    /** What writes into the pipes between stages. */
    private static final String CHANNEL = Pipe.class.getName() + "$MultiChannel";

    private final List<Failure> failures = new ArrayList<>();
    private final Set<Job> background = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Statements whose output goes to a file because that of the braces around them does. */
    private final Set<Job> toFile = Collections.newSetFromMap(new IdentityHashMap<>());
    /** What an earlier stage threw of the statement that is about to end on this thread. */
    private final ThreadLocal<Throwable> earlier = new ThreadLocal<>();

    private final SetVariables variablesSet = new SetVariables();

    private int unfinished;
    private String executing = "";
    private String location = "";
    private String place = "";
    private final CommandRules rules;
    private volatile boolean open = true;

    /** Something that went wrong beside what {@code execute} throws. */
    record Failure(String where, Throwable cause) {}

    JobSession(JobProcessor processor, Capture out, Capture err) {
        super(processor, InputStream.nullInputStream(), out, err);
        Statements.setThreads(this, new StatementThreads());
        rules = processor.rules();
        channels = new Channel[] {Channels.newChannel(in), out, err};
        setJobListener(this::jobChanged);
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public Script held(Script script) {
        return rules.hold(script);
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
                if (earlier.get() == null && !nobodyReads(stage)) earlier.set(stage);
            }
        } else if (Closure.LOCATION.equals(name)) {
            located(value);
        }
        variablesSet.add(name);
        return super.put(name, value);
    }

    /**
     * Whether a stage could not write because the next one has enough, which other shells ignore as well. A pipe or a
     * connection of the command's own may say the same; only where it was thrown tells whose it was.
     */
    private static boolean nobodyReads(Throwable failure) {
        if (failure.getClass() != IOException.class) return false;
        StackTraceElement[] frames = failure.getStackTrace();
        if (frames.length == 0 || !frames[0].getClassName().startsWith("java.io.Piped")) return false;
        return Arrays.stream(frames)
                .map(StackTraceElement::getClassName)
                .filter(name -> !name.startsWith("java.") && !name.startsWith("sun."))
                .findFirst()
                .equals(Optional.of(CHANNEL));
    }

    /** The innermost closure names its place first, and those around it follow unless another was started since. */
    private synchronized void located(Object where) {
        if (where == null) {
            location = "";
            place = "";
        } else if (location.isEmpty()) {
            location = where.toString();
        }
    }

    private void located(Token text) {
        if (text == null) return;
        location = text.line() + "." + text.column();
        place = "line " + (text.line() + 1) + ", column " + (text.column() + 1) + ": " + Texts.line(text, PLACE_CHARS);
    }

    private void jobChanged(Job job, Job.Status previous, Job.Status now) {
        switch (now) {
            case Foreground, Background -> started(job, previous, now);
            case Suspended -> resume(job, previous);
            case Done -> {
                Statements.forget(job);
                ended(job);
            }
            case Created -> throw new AssertionError("a job is created once: " + job.command());
        }
    }

    private synchronized void started(Job job, Job.Status previous, Job.Status now) {
        if (previous == Job.Status.Created) refuseUnset(job);
        if (now == Job.Status.Background) background.add(job);
        if (previous != Job.Status.Created) return;
        if (unfinished >= MAX_NESTED) {
            background.remove(job);
            throw new IllegalStateException(MAX_NESTED
                    + " statements wait for each other or run in the background, which is the most: does a closure"
                    + " call itself without end?");
        }
        unfinished++;
        if (isLastWithFile(Process.Utils.current())) toFile.add(job);
        if (job.parent() == null) executing = Texts.line(job.command(), COMMAND_CHARS);
    }

    private void refuseUnset(Job job) {
        for (Process stage : job.processes()) {
            Statement statement = Statements.statement(stage);
            Closure closure = Statements.closure(stage);
            if (statement == null || closure == null) continue;
            variablesSet.unsetIn(statement, closure).ifPresent(name -> {
                // It does not start, so it does not end either.
                Statements.forget(job);
                located(statement);
                throw new UnsetVariableException(name);
            });
        }
    }

    /** What goes into a pipe as well may get lost, when the next stage has enough. */
    private boolean isLastWithFile(Process stage) {
        return stage != null && stage == last(stage.job()) && hasFile(stage);
    }

    private boolean hasFile(Process stage) {
        return Statements.redirects(stage, 1) || toFile.contains(stage.job()) && stage.isTty(1);
    }

    private static Process last(Job job) {
        return job.processes().get(job.processes().size() - 1);
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
        Throwable failure = failure(job);
        earlier.remove();
        toFile.remove(job);
        if (background.remove(job)) {
            if (failure != null)
                failed("in the background, " + Texts.line(job.command(), COMMAND_CHARS) + " &", failure);
        } else if (failure instanceof ExitCodeException code && Statements.hasAlternative(job)) {
            Statements.setResult(job, new Pipe.Result(code.code()));
            located((Object) null);
        } else if (failure != null && failure != job.result().exception()) {
            Exception thrown = failure instanceof Exception exception ? exception : new ExecutionException(failure);
            if (!Statements.setResult(job, new Pipe.Result(thrown))) failed("in a statement", thrown);
        }
        notifyAll();
    }

    /** What made a statement fail; null if nothing did. */
    private Throwable failure(Job job) {
        if (earlier.get() != null) {
            if (job.command() instanceof Token command) located(command);
            return earlier.get();
        }
        Result result = job.result();
        if (result == null || result.exception() != null) return result == null ? null : result.exception();
        for (Process stage : job.processes()) {
            int code = Statements.exitCode(stage);
            if (code == 0 && !(stage == last(job) && isOutputLost(stage))) continue;
            located(Statements.statement(stage));
            return code != 0
                    ? new ExitCodeException(code)
                    : new ExitCodeException(1, "its output could not be written");
        }
        return null;
    }

    /**
     * Whether a file could not be written, which streams tell only when asked. Of other streams that is no failure: Gogo
     * itself closes the one of {@code ( )} after the first statement in them.
     */
    private boolean isOutputLost(Process stage) {
        return hasFile(stage) && stage.out() != null && stage.out().checkError()
                || Statements.redirects(stage, 2)
                        && stage.err() != null
                        && stage.err().checkError();
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

    /** The top-level statement that was started last. */
    synchronized String executing() {
        return executing;
    }

    /** Where in this text of the script the failure was that ended it, for people; empty if unknown. */
    synchronized String place(String text) {
        return place.isEmpty() ? Syntax.place(text, location) : place;
    }
}
