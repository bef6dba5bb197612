/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The claims that wait for a job, found by what they take, the longest waiting first. */
final class ParkedClaims {
    private final TreeMap<Long, Claim> ofAnyQueue = new TreeMap<>();
    private final Map<String, TreeMap<Long, Claim>> ofQueue = new HashMap<>();
    private final Map<String, TreeMap<Long, Claim>> ofJob = new HashMap<>();

    void add(Claim claim) {
        if (!claim.request.jobId().isEmpty()) {
            put(ofJob, claim.request.jobId(), claim);
        } else if (claim.request.queues().isEmpty()) {
            ofAnyQueue.put(claim.number, claim);
        } else {
            for (String queue : claim.request.queues()) put(ofQueue, queue, claim);
        }
    }

    void remove(Claim claim) {
        if (!claim.request.jobId().isEmpty()) {
            take(ofJob, claim.request.jobId(), claim);
        } else if (claim.request.queues().isEmpty()) {
            ofAnyQueue.remove(claim.number);
        } else {
            for (String queue : claim.request.queues()) take(ofQueue, queue, claim);
        }
    }

    /** The claim that has waited longest of those that take this job; null if there is none. */
    Claim first(String queue, String jobId) {
        Claim first = null;
        for (TreeMap<Long, Claim> claims :
                List.of(ofAnyQueue, ofQueue.getOrDefault(queue, EMPTY), ofJob.getOrDefault(jobId, EMPTY))) {
            Claim claim = claims.isEmpty() ? null : claims.firstEntry().getValue();
            if (claim == null || !claim.takes(queue, jobId)) continue;
            if (first == null || claim.number < first.number) first = claim;
        }
        return first;
    }

    private static final TreeMap<Long, Claim> EMPTY = new TreeMap<>();

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
