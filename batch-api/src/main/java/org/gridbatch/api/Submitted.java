/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;

/**
 * The acknowledgement of one job: it is on disk.
 *
 * @param jobId the id that the caller chose
 * @param repeated whether the queue knew the job already, so that this submit changed nothing
 * @param state the job's state when it was answered
 */
public record Submitted(String jobId, boolean repeated, JobState state) implements Serializable {}
