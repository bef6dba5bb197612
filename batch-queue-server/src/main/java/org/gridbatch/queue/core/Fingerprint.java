/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.FailOn;
import org.gridbatch.api.JobSpec;

/** A number for a job's content that is the same on every machine and in every version of Java. */
final class Fingerprint {
    private static final long PRIME = 0x100000001B3L;

    private long hash = 0xCBF29CE484222325L;

    private Fingerprint() {}

    static long of(JobSpec spec) {
        Fingerprint print = new Fingerprint();
        print.add(spec.queue());
        print.add(spec.name());
        print.add(spec.script());
        print.add(spec.args().size());
        spec.args().forEach(print::add);
        print.add(spec.tags().size());
        new TreeMap<>(spec.tags()).forEach((key, value) -> {
            print.add(key);
            print.add(value);
        });
        print.add(spec.maxAttempts());
        if (spec.backoff() != null) {
            print.add(spec.backoff().factor());
            print.add(spec.backoff().first());
            print.add(spec.backoff().most());
        }
        print.add(spec.timeout());
        print.add(spec.delay());
        print.add(spec.notBefore());
        print.add(spec.deadline());
        print.add(spec.tenant());
        print.add(spec.priority());
        print.add(spec.exclusiveKey());
        print.add(spec.limitKey());
        print.add(spec.placement().requires());
        print.add(spec.placement().needs().size());
        spec.placement().needs().forEach(print::add);
        print.add(spec.placement().rank());
        print.add(spec.after().size());
        for (Dependency one : spec.after()) {
            print.add(one.jobId());
            print.add(one.when().name());
            print.add(one.otherwise().name());
        }
        print.add(spec.unique().key());
        print.add(spec.unique().period());
        // Of a job that does not ask for it the number is the one that was kept before there was such a thing.
        if (!spec.failOn().equals(FailOn.EXCEPTION)) {
            print.add(spec.failOn().nullResult() ? 1 : 0);
            print.add(spec.failOn().stderr() ? 1 : 0);
        }
        return print.hash;
    }

    static long of(ArraySpec spec) {
        Fingerprint print = new Fingerprint();
        print.add(of(spec.template()));
        print.add(spec.throttle());
        print.add(spec.keyPerItem() ? 1 : 0);
        print.add(spec.canary().items());
        print.add(spec.canary().maxFailedPercent());
        print.add(spec.then() == null ? 0 : of(spec.then()));
        print.add(spec.onEach());
        return print.hash;
    }

    private void add(Duration duration) {
        add(duration.getSeconds());
        add(duration.getNano());
    }

    private void add(Instant instant) {
        add(instant.getEpochSecond());
        add(instant.getNano());
    }

    private void add(String text) {
        add(text.length());
        for (int i = 0; i < text.length(); i++) hash = (hash ^ text.charAt(i)) * PRIME;
    }

    private void add(long number) {
        for (int shift = 0; shift < 64; shift += 16) hash = (hash ^ (number >>> shift & 0xFFFF)) * PRIME;
    }
}
