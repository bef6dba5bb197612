/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.gridbatch.api.JobSpec;

/** The claims that wait for a job, the longest waiting first. */
final class ParkedClaims {
    private final TreeMap<Long, Claim> general = new TreeMap<>();
    /** Those that select jobs by a filter, by that filter: it is asked once for each job. */
    private final Map<String, TreeMap<Long, Claim>> selective = new TreeMap<>();

    private final Map<String, TreeMap<Long, Claim>> ofJob = new HashMap<>();

    void add(Claim claim) {
        if (!claim.request.jobId().isEmpty()) put(ofJob, claim.request.jobId(), claim);
        else if (claim.accepts != null) put(selective, claim.request.accepts(), claim);
        else general.put(claim.number, claim);
    }

    void remove(Claim claim) {
        if (!claim.request.jobId().isEmpty()) take(ofJob, claim.request.jobId(), claim);
        else if (claim.accepts != null) take(selective, claim.request.accepts(), claim);
        else general.remove(claim.number);
    }

    boolean isEmpty() {
        return general.isEmpty() && selective.isEmpty() && ofJob.isEmpty();
    }

    /** Whether some look at jobs one by one. */
    boolean hasChoosy() {
        return !selective.isEmpty() || !ofJob.isEmpty();
    }

    /** The number of the claim that came last. */
    long last() {
        return general.isEmpty() ? 0 : general.lastKey();
    }

    /** The first claim after a number that takes the jobs of a bin; null if there is none. */
    Claim first(Bin bin, long after) {
        for (Claim claim : general.tailMap(after, false).values()) if (claim.takes(bin)) return claim;
        return null;
    }

    /** The claim that a job ranks highest, and of equal ones the first; null if none takes it. */
    Claim best(Bin bin, String rank) {
        Claim best = null;
        for (Claim claim : general.values()) {
            if (!claim.takes(bin)) continue;
            if (best == null || claim.offer.rank(rank) > best.offer.rank(rank)) best = claim;
        }
        return best;
    }

    /** The claim that has waited longest of those that have chosen just this job; null if there is none. */
    Claim choosing(Bin bin, JobSpec spec) {
        Claim first = first(ofJob.get(spec.jobId()), claim -> claim.takes(bin));
        for (TreeMap<Long, Claim> claims : new ArrayList<>(selective.values())) {
            Claim claim = claims.firstEntry().getValue();
            if (!claim.accepts(spec)) continue;
            claim = first(claims, one -> one.takes(bin));
            if (claim != null && (first == null || claim.number < first.number)) first = claim;
        }
        return first;
    }

    /** All, the longest waiting first; a copy. */
    List<Claim> all() {
        TreeMap<Long, Claim> all = new TreeMap<>(general);
        selective.values().forEach(all::putAll);
        ofJob.values().forEach(all::putAll);
        return new ArrayList<>(all.values());
    }

    private static Claim first(TreeMap<Long, Claim> claims, Predicate<Claim> wanted) {
        if (claims == null) return null;
        for (Claim claim : claims.values()) if (wanted.test(claim)) return claim;
        return null;
    }

    private static void put(Map<String, TreeMap<Long, Claim>> index, String key, Claim claim) {
        index.computeIfAbsent(key, name -> new TreeMap<>()).put(claim.number, claim);
    }

    private static void take(Map<String, TreeMap<Long, Claim>> index, String key, Claim claim) {
        TreeMap<Long, Claim> claims = index.get(key);
        if (claims == null) return;
        claims.remove(claim.number);
        if (claims.isEmpty()) index.remove(key);
    }
}
