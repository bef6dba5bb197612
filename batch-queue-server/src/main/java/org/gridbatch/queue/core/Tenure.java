/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

/**
 * The current lease of an executing job.
 *
 * @param leaseId the fencing token
 * @param worker who has it
 * @param incarnation which start of that worker
 * @param claimId the claim that it answered, so that a repeat of the claim finds it again
 * @param startedAtMillis when it was granted
 */
public record Tenure(long leaseId, String worker, String incarnation, long claimId, long startedAtMillis) {}
