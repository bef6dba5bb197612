/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import org.apache.felix.service.command.CommandSession;

/** Runs scripts for people who look on: in a session of its own, with the streams of the session that asks. */
interface Runner {
    /**
     * @param name what {@code $0} is
     * @param arguments what {@code $1 …} and {@code $args} are
     * @return the value of the last expression
     * @throws CommandFailed if the script fails, with where and why
     */
    Object run(CommandSession caller, String name, String script, List<String> arguments);
}
