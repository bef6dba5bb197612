/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.time.Instant;
import java.util.List;
import org.gridbatch.queue.core.Command;

/**
 * One entry of the log: commands that were gathered and are applied together, at one time.
 *
 * @param run drawn by the engine when it starts, so that it knows its own entries when they are committed
 * @param number of the entry within the run
 * @param time when it was gathered, by the engine's clock
 */
public record Entry(long run, long number, Instant time, List<Command> commands) {}
