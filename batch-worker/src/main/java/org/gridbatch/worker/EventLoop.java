/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** One thread that owns all state of the worker, and the clock that it goes by. */
interface EventLoop {
    /** Monotonic, as {@link System#nanoTime()}. */
    long nanoTime();

    /** Runs it on the loop, soon; from any thread. Nothing happens after the loop has ended. */
    void execute(Runnable task);

    /** Runs it on the loop, later; only from the loop. */
    Timer schedule(Duration delay, Runnable task);

    /** Something that is to happen later. */
    interface Timer {
        void cancel();
    }

    /** What comes of a call. */
    interface Answer<T> {
        /** It answered; also, after {@link #failed}, when it answers after its time. */
        void value(T value);

        /** It failed, or took too long: it may have happened. */
        void failed(Throwable why);
    }

    /** Calls, and brings what comes of it to the loop, within a bound. */
    default <T> void call(Supplier<CompletionStage<T>> call, Duration atMost, Answer<T> answer) {
        Call<T> pending = new Call<>(answer);
        pending.timer = schedule(
                atMost, () -> pending.fail(new TimeoutException("no answer within " + atMost.toMillis() + " ms")));
        CompletionStage<T> stage;
        try {
            stage = call.get();
        } catch (RuntimeException e) {
            // Through the loop, so that the caller is never called back before it has finished its own turn.
            execute(() -> pending.fail(e));
            return;
        }
        stage.whenComplete((value, failure) -> execute(() -> {
            if (failure == null) pending.succeed(value);
            else pending.fail(bare(failure));
        }));
    }

    private static Throwable bare(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** A call under way; fails at most once. */
    final class Call<T> {
        private final Answer<T> answer;
        private Timer timer;
        private boolean failed;

        private Call(Answer<T> answer) {
            this.answer = answer;
        }

        private void succeed(T value) {
            timer.cancel();
            answer.value(value);
        }

        private void fail(Throwable why) {
            timer.cancel();
            if (failed) return;
            failed = true;
            answer.failed(why);
        }
    }
}
