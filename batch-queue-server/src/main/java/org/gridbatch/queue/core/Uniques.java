/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.gridbatch.api.Unique;

/** Which job holds which unique key. */
final class Uniques {
    private static final long UNTIL_FINAL = Long.MAX_VALUE;

    private final Map<String, Image.Holder> byKey = new TreeMap<>();
    private final TreeSet<Image.Holder> byTime =
            new TreeSet<>(Comparator.comparingLong(Image.Holder::untilMillis).thenComparing(Image.Holder::key));
    /** How many are held for a period: those outlive their jobs, so no bound on jobs is one on them. */
    private int ofPeriods;

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
        return holder == null || !isOfPeriod(holder);
    }

    /** How many keys are held for a period; those whose time is over count until they are tidied away. */
    int ofPeriods() {
        return ofPeriods;
    }

    void take(Job job, long now) {
        Unique unique = job.spec().unique();
        if (unique.key().isEmpty()) return;
        boolean untilFinal = unique.period().isZero();
        // One that was final from the start holds it for no time.
        if (untilFinal && job.state().isFinal()) return;
        long until = untilFinal ? UNTIL_FINAL : now + unique.period().toMillis();
        put(new Image.Holder(unique.key(), job.id(), job.state(), until));
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

    /** All holders by key; a copy. */
    List<Image.Holder> all() {
        return new ArrayList<>(byKey.values());
    }

    void put(Image.Holder holder) {
        Image.Holder old = byKey.get(holder.key());
        if (old != null) remove(old);
        byKey.put(holder.key(), holder);
        byTime.add(holder);
        if (isOfPeriod(holder)) ofPeriods++;
    }

    private void remove(Image.Holder holder) {
        byKey.remove(holder.key());
        byTime.remove(holder);
        if (isOfPeriod(holder)) ofPeriods--;
    }

    private static boolean isOfPeriod(Image.Holder holder) {
        return holder.untilMillis() != UNTIL_FINAL;
    }
}
