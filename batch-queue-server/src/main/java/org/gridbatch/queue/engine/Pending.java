/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import java.util.function.Consumer;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Result;

/**
 * A command on its way through the log.
 *
 * @param bytes its encoding
 * @param decided run on the core thread with what came of it
 * @param failed run on the core thread if it was not logged, or that is not known
 */
record Pending(Command command, byte[] bytes, Consumer<Result> decided, Consumer<RuntimeException> failed) {}
