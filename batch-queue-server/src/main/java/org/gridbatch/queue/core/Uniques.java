/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.gridbatch.api.Unique;

/** Which job holds which unique key. */
final class Uniques {
    private static final long UNTIL_FINAL = Long.MAX_VALUE;

    private final Map<String, Image.Holder> byKey = new HashMap<>();
    /** Those that are held for a period. They outlive their jobs, so no bound on jobs is one on them. */
    private final TreeSet<Image.Holder> byTime =
            new TreeSet<>(Comparator.comparingLong(Image.Holder::untilMillis).thenComparing(Image.Holder::key));

    /** Who holds the key of this job now; null if nobody does. */
    Image.Holder holder(Unique unique, long now) {
        if (unique.key().isEmpty()) return null;
        Image.Holder holder = byKey.get(unique.key());
        return holder == null || holder.untilMillis() <= now ? null : holder;
    }

    /** Whether a job with this would hold a key for a period which nobody holds for one now. */
    boolean isMore(Unique unique, long now) {
        if (unique.key().isEmpty() || unique.period().isZero()) return false;
        Image.Holder holder = holder(unique, now);
        return holder == null || isUntilFinal(holder);
    }

    /** How many keys are held for a period; those whose time is over count until they are tidied away. */
    int ofPeriods() {
        return byTime.size();
    }

    void take(Job job, long now) {
        Unique unique = job.spec().unique();
        if (unique.key().isEmpty()) return;
        if (unique.period().isZero()) takeUntilFinal(job);
        else
            put(new Image.Holder(
                    unique.key(), job.id(), job.state(), now + unique.period().toMillis()));
    }

    /** Takes the key of a job that holds one until it is final, unless it is. */
    void takeUntilFinal(Job job) {
        Unique unique = job.spec().unique();
        if (unique.key().isEmpty() || !unique.period().isZero() || job.state().isFinal()) return;
        put(new Image.Holder(unique.key(), job.id(), job.state(), UNTIL_FINAL));
    }

    void changed(Job job) {
        Image.Holder holder = job.spec().unique().key().isEmpty()
                ? null
                : byKey.get(job.spec().unique().key());
        if (holder == null || !holder.jobId().equals(job.id()) || holder.state() == job.state()) return;
        if (job.state().isFinal() && job.spec().unique().period().isZero()) remove(holder);
        else put(new Image.Holder(holder.key(), holder.jobId(), job.state(), holder.untilMillis()));
    }

    /** Forgets the keys whose time is over. */
    void tidy(long now) {
        while (!byTime.isEmpty() && byTime.first().untilMillis() <= now) remove(byTime.first());
    }

    /** All holders for a period; a copy. */
    List<Image.Holder> ofPeriod() {
        return new ArrayList<>(byTime);
    }

    void put(Image.Holder holder) {
        Image.Holder old = byKey.put(holder.key(), holder);
        if (old != null && !isUntilFinal(old)) byTime.remove(old);
        if (!isUntilFinal(holder)) byTime.add(holder);
    }

    private void remove(Image.Holder holder) {
        byKey.remove(holder.key());
        byTime.remove(holder);
    }

    private static boolean isUntilFinal(Image.Holder holder) {
        return holder.untilMillis() == UNTIL_FINAL;
    }
}
