/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.util.List;

/**
 * The whole state at one moment; indexes and counters are made from it.
 *
 * @param nextSequence the next job's
 * @param nextLeaseId the next lease's
 * @param lastMillis the time of the last command
 * @param jobs all, oldest first
 */
public record Image(long nextSequence, long nextLeaseId, long lastMillis, List<Job> jobs) {}
