/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import java.time.Duration;
import org.gridbatch.api.BatchException;
import org.gridbatch.api.IndeterminateException;
import org.gridbatch.api.QueueUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once when the queue is lost and once when it is back, however many calls fail meanwhile. */
final class Contact {
    private static final Logger LOG = LoggerFactory.getLogger(Contact.class);
    /** How often a refusal that stays the same is said again. */
    private static final Duration SAY_AGAIN = Duration.ofMinutes(1);

    private enum State {
        NEVER,
        HELD,
        LOST
    }

    private final EventLoop loop;
    private final String worker;
    private State state = State.NEVER;
    private boolean saidMissing;
    private long lostAt;
    private String refusal = "";
    private long refusedAt;

    Contact(EventLoop loop, String worker) {
        this.loop = loop;
        this.worker = worker;
    }

    /**
     * Whether it may go better without anybody doing something. That is so for all that the API does not name as well:
     * transports and services that have just gone fail in many ways.
     */
    static boolean isAway(Throwable why) {
        return !(why instanceof BatchException)
                || why instanceof QueueUnavailableException
                || why instanceof IndeterminateException;
    }

    /** Whether the queue's last word was an answer. */
    boolean isHeld() {
        return state == State.HELD;
    }

    void answered() {
        if (state == State.NEVER) LOG.info("worker {} has found the queue", worker);
        if (state == State.LOST) {
            LOG.info(
                    "worker {} has regained the queue after {} s",
                    worker,
                    since(lostAt).toSeconds());
        }
        state = State.HELD;
        refusal = "";
    }

    void failed(Throwable why) {
        if (isAway(why)) {
            if (state == State.HELD) {
                state = State.LOST;
                lostAt = loop.nanoTime();
                LOG.info(
                        "worker {} has lost the queue ({}); its scripts go on until their leases end, and it tries again",
                        worker,
                        said(why));
            } else if (state == State.NEVER && !saidMissing) {
                saidMissing = true;
                LOG.info("worker {} waits for the queue: {}", worker, said(why));
            }
            return;
        }
        String text = String.valueOf(why.getMessage());
        if (text.equals(refusal) && since(refusedAt).compareTo(SAY_AGAIN) < 0) return;
        refusal = text;
        refusedAt = loop.nanoTime();
        LOG.warn("the queue refuses worker {}, which tries again until somebody mends it: {}", worker, why.toString());
    }

    private static String said(Throwable why) {
        return why instanceof BatchException ? why.getMessage() : why.toString();
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(loop.nanoTime() - nanos);
    }
}
