/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Placement;

/**
 * What decides which workers can run a job, and behind which gates it waits. Many jobs share one: matching costs by the
 * number of shapes and not of jobs.
 */
public record Shape(String queue, String limitKey, Placement placement) {
    public static Shape of(JobSpec spec) {
        return new Shape(spec.queue(), spec.limitKey(), spec.placement());
    }
}
