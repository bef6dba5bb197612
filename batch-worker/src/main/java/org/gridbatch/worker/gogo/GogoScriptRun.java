/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.threadio.ThreadIO;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.LiveText;
import org.gridbatch.api.Progress;

/**
 * One script on its way. It runs on a thread of its own; Gogo runs each statement on further threads of the session's
 * pool, which are waited for at the end.
 */
final class GogoScriptRun implements ScriptRun {
    private static final String SCOPE_PATH = "gogo:*";
    private static final int STDERR_CHARS = 500;
    private static final long INTERRUPT_AGAIN_MILLIS = 250;

    private final Script script;
    private final ScriptThreads threads;
    private final ThreadGroup group;
    private final Thread thread;
    private final Capture out;
    private final Capture err;
    private final CommandRules rules;
    private final JobHandle handle;
    private final CompletableFuture<ScriptResult> result = new CompletableFuture<>();
    private final CommandSession lookup;
    private final ThreadIO threadIO;

    /** Guards the two below: an interrupt comes before the outcome is known, or has no effect. */
    private final Object fate = new Object();

    private boolean interrupted;
    private boolean decided;
    private volatile JobSession session;

    GogoScriptRun(Script script, CommandRules rules, CommandSession lookup, ThreadIO threadIO, ScriptThreads threads) {
        this.script = script;
        this.rules = rules;
        this.lookup = lookup;
        this.threadIO = threadIO;
        this.threads = threads;
        group = threads.lend();
        // PrintStreams, which Gogo and Java commands print with, encode so unless told otherwise.
        out = new Capture(script.outputChars(), Charset.defaultCharset());
        err = new Capture(script.outputChars(), Charset.defaultCharset());
        handle = script.variables().values().stream()
                .filter(JobHandle.class::isInstance)
                .map(JobHandle.class::cast)
                .findFirst()
                .orElse(null);
        thread = new Thread(group, this::run, script.threadName());
        thread.setDaemon(true);
        thread.setContextClassLoader(GogoScriptRun.class.getClassLoader());
    }

    void start() {
        thread.start();
    }

    @Override
    public CompletionStage<ScriptResult> result() {
        return result;
    }

    @Override
    public void interrupt() {
        synchronized (fate) {
            if (decided || interrupted) return;
            interrupted = true;
            if (handle != null) handle.cancel();
            thread.interrupt();
        }
        JobSession current = session;
        if (current != null) current.close();
    }

    @Override
    public String executing() {
        JobSession current = session;
        return current == null ? "" : current.executing();
    }

    @Override
    public CapturedText out() {
        return out.text();
    }

    @Override
    public CapturedText err() {
        return err.text();
    }

    @Override
    public LiveText out(long from, int most) {
        return out.from(from, most);
    }

    @Override
    public LiveText err(long from, int most) {
        return err.from(from, most);
    }

    @Override
    public Progress progress() {
        return handle == null ? Progress.NONE : handle.told();
    }

    @Override
    public Map<String, String> notes() {
        return handle == null ? Map.of() : handle.notes();
    }

    private boolean isInterrupted() {
        synchronized (fate) {
            return interrupted;
        }
    }

    private void run() {
        Ending ending;
        try {
            ending = execute();
        } catch (Throwable broken) {
            // Errors as well: out of memory is the script's failure, and the slot must go on.
            ending = Ending.failed(Failures.describe(broken, ""));
        }
        synchronized (fate) {
            decided = true;
            if (interrupted) ending = new Ending(ScriptOutcome.INTERRUPTED, Duration.ZERO, "", "");
        }
        // The interrupt has been dealt with; what depends on the result must not meet it.
        Thread.interrupted();
        out.finish();
        err.finish();
        threads.giveBack(group);
        result.complete(
                new ScriptResult(ending.outcome, ending.delay, ending.error, ending.result, out.text(), err.text()));
    }

    private record Ending(ScriptOutcome outcome, Duration delay, String error, String result) {
        static Ending failed(String error) {
            return new Ending(ScriptOutcome.FAILED, Duration.ZERO, Failures.cap(error), "");
        }
    }

    private Ending execute() throws InterruptedException {
        ScriptCheck check = Syntax.parse(script.text());
        if (!check.isOk())
            return Ending.failed("syntax error in " + check.problems().get(0));
        JobProcessor processor = new JobProcessor(lookup, threadIO, rules, this::passGate);
        JobSession current = new JobSession(processor, out, err);
        session = current;
        Throwable thrown = null;
        String place = "";
        String text = "";
        boolean isNull = false;
        try {
            current.put("SCOPE", SCOPE_PATH);
            current.put("args", new ArrayList<Object>(script.args()));
            script.variables().forEach(current::put);
            passGate();
            Object value = current.execute(script.text());
            current.awaitBackground();
            Object shown = handle == null ? value : handle.resultOr(value);
            isNull = shown == null;
            text = Formatter.format(current, shown, Formatter.MAX_MILLIS);
        } catch (Throwable failure) {
            thrown = failure;
            place = current.place(script.text());
        } finally {
            boolean threadsMayGoOn = thrown != null || isInterrupted();
            current.close();
            if (threadsMayGoOn) awaitThreads();
        }
        return ending(current, thrown, place, text, isNull);
    }

    private void passGate() throws InterruptedException {
        if (isInterrupted()) throw new InterruptedException("the script was asked to stop");
    }

    /**
     * After an interrupt Gogo returns at once and leaves its threads behind, with whatever the command does that did not
     * heed the interrupt. The script has not ended before they have.
     */
    private void awaitThreads() {
        long pause = 1;
        long sinceInterrupt = 0;
        while (true) {
            List<Thread> alive = ScriptThreads.ofSession(group);
            if (alive.isEmpty()) return;
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                // This thread is only waiting for the others already, which is what an interrupt asks of it.
                continue;
            }
            sinceInterrupt += pause;
            pause = Math.min(2 * pause, INTERRUPT_AGAIN_MILLIS);
            if (sinceInterrupt >= INTERRUPT_AGAIN_MILLIS) {
                sinceInterrupt = 0;
                alive.forEach(Thread::interrupt);
            }
        }
    }

    private Ending ending(JobSession ended, Throwable thrown, String place, String text, boolean isNull) {
        ScriptDecision decision = handle == null ? null : handle.decision();
        if (decision != null) {
            String why = Objects.requireNonNullElse(decision.getMessage(), "");
            return new Ending(decision.outcome(), decision.delay(), Failures.cap(why), "");
        }
        List<String> errors = new ArrayList<>();
        if (thrown != null) errors.add(Failures.describe(thrown, place));
        for (JobSession.Failure failure : ended.failures()) {
            errors.add(Failures.describe(failure.cause(), "") + "\n  " + failure.where());
        }
        if (errors.isEmpty()) errors.addAll(strictErrors(ended, isNull));
        return errors.isEmpty()
                ? new Ending(ScriptOutcome.COMPLETED, Duration.ZERO, "", text)
                : Ending.failed(String.join("\nand ", errors));
    }

    /** What only a job that asks for it fails on. */
    private List<String> strictErrors(JobSession ended, boolean isNull) {
        List<String> errors = new ArrayList<>();
        if (script.failOn().nullResult() && isNull) {
            errors.add("the result is null, which fails this job\n  the last statement: " + ended.executing());
        }
        CapturedText printed = err.text();
        if (script.failOn().stderr() && printed.bytes() > 0) {
            errors.add("it printed to stderr, which fails this job: " + Texts.line(printed.head(), STDERR_CHARS));
        }
        return errors;
    }
}
