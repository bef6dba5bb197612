/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

/**
 * One job that a command changed.
 *
 * @param before null if it is new
 * @param after null if it was pruned
 */
public record Change(Job before, Job after) {}
