/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gridbatch.api.Ad;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.Lease;
import org.gridbatch.api.UnknownAdException;
import org.gridbatch.api.WorkQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for leases. There is one claim that counts, and each is sent again under its id until it is answered. When the
 * number of free slots changes while it waits for jobs, a newer claim takes its place, which makes the server end the
 * older one; that one's answer is still waited for, as it may bring leases that were granted just then. Lives on the
 * event loop.
 */
final class Claims {
    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final Duration MOST_WAIT_AWAY = Duration.ofSeconds(2);
    private static final Duration MOST_WAIT_REFUSED = Duration.ofSeconds(30);
    /** Claims without an answer; at the bound no newer one is made until one is answered. */
    private static final int MAX_OPEN = 4;
    /**
     * When a claim that is not answered yet most likely waits for jobs. Before that its answer is likely to be on its
     * way, with leases for the very slots that a newer claim would ask for again, and those would have to be given back.
     */
    private static final Duration SETTLED = Duration.ofMillis(50);
    /** An empty answer that comes sooner was not waited for, and asking again at once would be a busy loop. */
    private static final Duration SOON = Duration.ofMillis(500);

    private final EventLoop loop;
    private final WorkQueue queue;
    private final Contact contact;
    private Settings settings;
    private final String incarnation;
    private final Granted granted;
    private final Map<Long, Claim> open = new LinkedHashMap<>();
    private final RetryWait pause = new RetryWait(MOST_WAIT_AWAY);
    private Claim current;
    private long lastId;
    private boolean pausing;
    private boolean settling;
    /** As told, or to be told with the next claim. */
    private Ad ad;

    private Ad offered;
    private boolean withdrawn;
    private int wanted;
    private int usable;
    private boolean stopping;

    /** Takes what a claim brought. */
    interface Granted {
        /**
         * @param leases maybe none
         * @param sentAt when the call was sent that was answered
         */
        void granted(List<Lease> leases, long sentAt);
    }

    Claims(
            EventLoop loop,
            WorkQueue queue,
            Contact contact,
            Settings settings,
            Ad ad,
            String incarnation,
            Granted granted) {
        this.ad = ad;
        offered = ad;
        this.loop = loop;
        this.queue = queue;
        this.contact = contact;
        this.settings = settings;
        this.incarnation = incarnation;
        this.granted = granted;
    }

    /** The next claim is made of these; {@link #want} sees to it that it replaces the one that waits. */
    void configure(Settings changed) {
        settings = changed;
    }

    /** The worker offers something else from now on. */
    void advertise(Ad changed) {
        offered = changed;
        if (!withdrawn) offer(changed.labels(), changed.commands());
    }

    private void offer(Map<String, String> labels, List<String> commands) {
        ad = new Ad(ad.version() + 1, labels, commands);
        if (current != null || withdrawn) sendAd(() -> {}, new RetryWait(MOST_WAIT_AWAY));
    }

    /** The worker can run nothing, and says so: nobody is to count on what it offered. */
    void withdraw() {
        if (withdrawn) return;
        withdrawn = true;
        offer(Map.of(), List.of());
    }

    /** The worker can run something again. */
    void comeBack() {
        if (!withdrawn) return;
        withdrawn = false;
        offer(offered.labels(), offered.commands());
    }

    /** What the worker offers now. */
    Ad ad() {
        return ad;
    }

    /** Tells the queue what the worker offers, until it has heard it, or something newer is to be told. */
    private void sendAd(Runnable then, RetryWait wait) {
        Ad sent = ad;
        loop.call(() -> queue.advertise(settings.name(), incarnation, sent), ANSWER, new EventLoop.Answer<Void>() {
            @Override
            public void value(Void done) {
                then.run();
            }

            @Override
            public void failed(Throwable why) {
                contact.failed(why);
                if (!stopping && sent == ad) loop.schedule(wait.next(), () -> sendAd(then, wait));
                else then.run();
            }
        });
    }

    /** Sees to it that the claim that counts asks for as many leases as there are free slots. */
    void want(int free, int usableSlots) {
        wanted = free;
        usable = usableSlots;
        ask();
    }

    private void ask() {
        if (stopping || pausing || wanted < 1 || open.size() >= MAX_OPEN) return;
        if (current != null) {
            if (isAsWanted(current.request)) return;
            long young = SETTLED.toNanos() - (loop.nanoTime() - current.firstSentAt);
            if (young > 0) {
                askWhenSettled(Duration.ofNanos(young));
                return;
            }
        }
        make(wanted, settings.claimWait());
    }

    private boolean isAsWanted(ClaimRequest request) {
        return request.slots() == wanted
                && request.queues().equals(settings.queues())
                && request.accepts().equals(settings.accepts());
    }

    private void askWhenSettled(Duration wait) {
        if (settling) return;
        settling = true;
        loop.schedule(wait, () -> {
            settling = false;
            ask();
        });
    }

    private void make(int slots, Duration maxWait) {
        ClaimRequest request = new ClaimRequest(
                settings.name(),
                incarnation,
                ++lastId,
                settings.queues(),
                settings.accepts(),
                "",
                slots,
                Math.max(usable, slots),
                ad.version(),
                maxWait);
        current = new Claim(request);
        open.put(request.claimId(), current);
        current.send();
    }

    /**
     * Asks for nothing more. A claim that waits at the server is ended by one more that does not wait; what they still
     * bring is handed over as ever.
     */
    void stop() {
        if (stopping) return;
        stopping = true;
        if (current != null) make(1, Duration.ZERO);
    }

    /** Whether no claim waits for an answer. */
    boolean isQuiet() {
        return open.isEmpty();
    }

    /** One claim, until it is answered. */
    private final class Claim {
        private final ClaimRequest request;
        private final RetryWait away = new RetryWait(MOST_WAIT_AWAY);
        private final RetryWait refused = new RetryWait(MOST_WAIT_REFUSED);
        private final long firstSentAt = loop.nanoTime();

        Claim(ClaimRequest request) {
            this.request = request;
        }

        void send() {
            if (!open.containsValue(this)) return;
            // Without contact it does not wait for jobs: its answer is the first word that the queue is there.
            ClaimRequest sent = contact.isHeld() ? request : withoutWait(request);
            long sentAt = loop.nanoTime();
            loop.call(() -> queue.claim(sent), sent.maxWait().plus(ANSWER), new EventLoop.Answer<List<Lease>>() {
                @Override
                public void value(List<Lease> leases) {
                    answered(leases, sentAt);
                }

                @Override
                public void failed(Throwable why) {
                    unanswered(why);
                }
            });
        }

        private void answered(List<Lease> leases, long sentAt) {
            // A repeated claim is answered twice, with the same leases.
            if (open.remove(request.claimId()) == null) return;
            contact.answered();
            boolean counted = current == this;
            if (counted) current = null;
            if (!leases.isEmpty()) LOG.debug("claim {} brought {} leases", request.claimId(), leases.size());
            if (counted && leases.isEmpty() && isSoon()) {
                pauseAsking();
            } else if (counted) {
                pause.reset();
            }
            granted.granted(leases, sentAt);
        }

        private boolean isSoon() {
            return loop.nanoTime() - firstSentAt < SOON.toNanos();
        }

        private void unanswered(Throwable why) {
            if (!open.containsKey(request.claimId())) return;
            if (why instanceof UnknownAdException && !stopping) {
                sendAd(this::send, new RetryWait(MOST_WAIT_AWAY));
                return;
            }
            contact.failed(why);
            boolean isAway = Contact.isAway(why);
            if (stopping || (current != this && !isAway)) {
                // Leases that it was granted after all are not listed in any heartbeat, so the queue takes them back.
                open.remove(request.claimId());
                if (current == this) current = null;
                granted.granted(List.of(), firstSentAt);
                return;
            }
            loop.schedule(isAway ? away.next() : refused.next(), this::send);
        }
    }

    private static ClaimRequest withoutWait(ClaimRequest request) {
        return new ClaimRequest(
                request.worker(),
                request.incarnation(),
                request.claimId(),
                request.queues(),
                request.accepts(),
                request.jobId(),
                request.slots(),
                request.totalSlots(),
                request.ad(),
                Duration.ZERO);
    }

    private void pauseAsking() {
        pausing = true;
        loop.schedule(pause.next(), () -> {
            pausing = false;
            ask();
        });
    }
}
