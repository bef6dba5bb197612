/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.gridbatch.api.JobSpec;

/** The jobs that were promised and whose grant is on its way to the log; they count against keys and limits. */
final class Reserved {
    private final Map<String, JobSpec> jobs = new HashMap<>();
    private final Map<String, Integer> ofQueue = new HashMap<>();
    private final Map<String, Integer> ofLimitKey = new HashMap<>();
    private final Map<String, Integer> ofArray = new HashMap<>();
    private final Map<String, String> arrays = new HashMap<>();
    private final Set<String> keys = new HashSet<>();

    boolean has(String jobId) {
        return jobs.containsKey(jobId);
    }

    boolean hasKey(String exclusiveKey) {
        return keys.contains(exclusiveKey);
    }

    /** @param arrayId the array that it is an item of; empty if it is none */
    void add(JobSpec spec, String arrayId) {
        if (!arrayId.isEmpty()) {
            arrays.put(spec.jobId(), arrayId);
            ofArray.merge(arrayId, 1, Integer::sum);
        }
        jobs.put(spec.jobId(), spec);
        ofQueue.merge(spec.queue(), 1, Integer::sum);
        if (!spec.limitKey().isEmpty()) ofLimitKey.merge(spec.limitKey(), 1, Integer::sum);
        if (!spec.exclusiveKey().isEmpty()) keys.add(spec.exclusiveKey());
    }

    JobSpec remove(String jobId) {
        JobSpec spec = jobs.remove(jobId);
        String arrayId = arrays.remove(jobId);
        if (arrayId != null) less(ofArray, arrayId);
        less(ofQueue, spec.queue());
        if (!spec.limitKey().isEmpty()) less(ofLimitKey, spec.limitKey());
        if (!spec.exclusiveKey().isEmpty()) keys.remove(spec.exclusiveKey());
        return spec;
    }

    /** How many of them are of a queue. */
    int ofQueue(String queue) {
        return ofQueue.getOrDefault(queue, 0);
    }

    /** How many of them have a limit key. */
    int ofLimitKey(String limitKey) {
        return ofLimitKey.getOrDefault(limitKey, 0);
    }

    /** How many of them are items of an array. */
    int ofArray(String arrayId) {
        return ofArray.getOrDefault(arrayId, 0);
    }

    private static void less(Map<String, Integer> counts, String name) {
        counts.computeIfPresent(name, (key, count) -> count == 1 ? null : count - 1);
    }
}
