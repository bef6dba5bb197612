/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import org.gridbatch.api.Reason;

/**
 * One reason why a job is not executing.
 *
 * @param jobId which job
 * @param kind for scripts
 * @param text for people
 */
public record Explained(String jobId, Reason.Kind kind, String text) {}
