/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.WorkerView;

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

        Seen(long now) {
            firstNanos = now;
            lastNanos = now;
        }
    }

    private static final class Known {
        final Map<String, Seen> incarnations = new LinkedHashMap<>();
        ClaimRequest claim;
        long lastNanos;
    }

    private final long termNanos;
    private final long graceNanos;
    /** The one that was heard least lately comes first. */
    private final LinkedHashMap<String, Known> known = new LinkedHashMap<>(16, 0.75f, true);

    public Workers(Duration term, Duration grace) {
        this.termNanos = term.toNanos();
        this.graceNanos = grace.toNanos();
    }

    /** Takes note of a call; true if this incarnation calls for the first time. */
    public boolean heard(String worker, String incarnation, long now) {
        forgetOld(now);
        Known one = known.computeIfAbsent(worker, name -> new Known());
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

    /** Those heard lately, by name. */
    public List<WorkerView> views(Leases leases, long now) {
        forgetOld(now);
        List<WorkerView> views = new ArrayList<>(known.size());
        known.forEach((name, one) -> views.add(new WorkerView(
                name,
                one.claim == null ? 0 : one.claim.totalSlots(),
                leases.jobsOf(name),
                one.claim == null ? List.of() : one.claim.queues(),
                one.claim == null ? Map.of() : one.claim.labels(),
                Duration.ofNanos(now - one.lastNanos))));
        views.sort(Comparator.comparing(WorkerView::worker));
        return views;
    }

    private void forgetOld(long now) {
        Iterator<Known> oldest = known.values().iterator();
        while (oldest.hasNext()) {
            Known one = oldest.next();
            if (now - one.lastNanos < FORGET_AFTER.toNanos() && known.size() <= MAX_WORKERS) return;
            oldest.remove();
        }
    }
}
