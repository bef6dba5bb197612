/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.gridbatch.api.Ad;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.UnknownAdException;
import org.gridbatch.api.WorkerView;
import org.gridbatch.queue.core.Rules;

/**
 * Who has called lately. It also finds two living workers that have the same name: a worker that starts again replaces
 * the one before it, but if that one still calls some time after, both are alive, and the younger is told so until the
 * older is gone.
 */
public final class Workers {
    private static final int MAX_WORKERS = 10_000;
    private static final int MAX_INCARNATIONS = 8;
    private static final Duration FORGET_AFTER = Duration.ofMinutes(10);

    private static final class Seen {
        final long firstNanos;
        long lastNanos;
        Offer offer;

        Seen(long now) {
            firstNanos = now;
            lastNanos = now;
        }
    }

    /** One worker. */
    static final class Known {
        final String name;
        final Map<String, Seen> incarnations = new LinkedHashMap<>();
        ClaimRequest claim;
        Offer offer;
        long lastNanos;

        Known(String name) {
            this.name = name;
        }
    }

    private final long termNanos;
    private final long graceNanos;
    private final Supplier<Instant> wall;
    /** The one that was heard least lately comes first. */
    private final LinkedHashMap<String, Known> known = new LinkedHashMap<>(16, 0.75f, true);

    private final Gone gone = new Gone();

    /** @param wall the time of day, for people */
    public Workers(Duration term, Duration grace, Supplier<Instant> wall) {
        this.wall = wall;
        this.termNanos = term.toNanos();
        this.graceNanos = grace.toNanos();
    }

    /** Takes note of a call; true if this incarnation calls for the first time. */
    public boolean heard(String worker, String incarnation, long now) {
        forgetOld(now);
        Known one = known.computeIfAbsent(worker, Known::new);
        one.lastNanos = now;
        Seen seen = one.incarnations.get(incarnation);
        if (seen != null) {
            seen.lastNanos = now;
            return false;
        }
        while (one.incarnations.size() >= MAX_INCARNATIONS) {
            Iterator<String> oldest = one.incarnations.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        one.incarnations.put(incarnation, new Seen(now));
        return true;
    }

    /**
     * Takes note of a claim; true if this incarnation calls for the first time.
     *
     * @throws InvalidRequestException if an older worker of the same name is alive
     */
    public boolean claims(ClaimRequest request, long now) {
        boolean first = heard(request.worker(), request.incarnation(), now);
        Known one = known.get(request.worker());
        Seen own = one.incarnations.get(request.incarnation());
        for (Map.Entry<String, Seen> entry : one.incarnations.entrySet()) {
            Seen other = entry.getValue();
            boolean older = other.firstNanos < own.firstNanos;
            if (older && other.lastNanos - own.firstNanos > graceNanos && now - other.lastNanos < termNanos) {
                throw new InvalidRequestException("two workers are named " + request.worker() + ": " + entry.getKey()
                        + " was here first and is alive, so " + request.incarnation()
                        + " gets no jobs; give one of them another name");
            }
        }
        one.claim = request;
        return first;
    }

    /** Takes note of what a worker offers. */
    public Offer advertise(String worker, String incarnation, Ad ad, long now) {
        heard(worker, incarnation, now);
        Known one = known.get(worker);
        Seen seen = one.incarnations.get(incarnation);
        if (seen.offer != null && seen.offer.ad.version() >= ad.version()) return seen.offer;
        if (one.offer != null) gone.remember(worker, one.offer.ad, ad, wall.get());
        seen.offer = new Offer(worker, ad);
        one.offer = seen.offer;
        return seen.offer;
    }

    /**
     * What the worker of a claim offers.
     *
     * @throws UnknownAdException if it has not said so, or the server has forgotten it
     */
    public Offer offer(ClaimRequest request) {
        if (request.ad() == 0) return Offer.ANYTHING;
        Known one = known.get(request.worker());
        Seen seen = one == null ? null : one.incarnations.get(request.incarnation());
        if (seen == null || seen.offer == null || seen.offer.ad.version() < request.ad()) {
            throw new UnknownAdException("the ad " + request.ad() + " of worker " + request.worker()
                    + " is not known; advertise it and claim again");
        }
        one.offer = seen.offer;
        return seen.offer;
    }

    /** The bins have got new numbers. */
    void forgetFits() {
        for (Known one : known.values()) {
            for (Seen seen : one.incarnations.values()) if (seen.offer != null) seen.offer.forget();
        }
    }

    /** All that were heard lately, by name. */
    Map<String, Known> all(long now) {
        forgetOld(now);
        return new TreeMap<>(known);
    }

    /** Who offered a command last, and until when. */
    Gone.Last lastWith(String command) {
        return gone.last(command);
    }

    /** Those heard lately, by name. */
    public List<WorkerView> views(Leases leases, Rules rules, long now) {
        forgetOld(now);
        List<WorkerView> views = new ArrayList<>(known.size());
        known.forEach((name, one) -> views.add(new WorkerView(
                name,
                one.claim == null ? 0 : one.claim.totalSlots(),
                leases.jobsOf(name),
                one.claim == null ? List.of() : one.claim.queues(),
                one.claim == null ? "" : one.claim.accepts(),
                one.offer == null ? Map.of() : one.offer.ad.labels(),
                one.offer == null ? 0 : one.offer.ad.commands().size(),
                rules.isDrained(name),
                Duration.ofNanos(now - one.lastNanos))));
        views.sort(Comparator.comparing(WorkerView::worker));
        return views;
    }

    private void forgetOld(long now) {
        Iterator<Known> oldest = known.values().iterator();
        while (oldest.hasNext()) {
            Known one = oldest.next();
            if (now - one.lastNanos < FORGET_AFTER.toNanos() && known.size() <= MAX_WORKERS) return;
            if (one.offer != null)
                gone.remember(one.name, one.offer.ad, null, wall.get().minusNanos(now - one.lastNanos));
            oldest.remove();
        }
    }
}
