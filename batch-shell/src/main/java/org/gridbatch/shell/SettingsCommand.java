/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine;

/** Lists what operators have set. */
@CommandLine.Command(
        name = "settings",
        description = "List what is set for queues, tenants, limit keys and workers, where it is not as always.")
final class SettingsCommand extends Command {
    @Override
    Object run(CommandSession session, Surroundings here) {
        return new Listing<>(Rules.all(here.grid()), "", "nothing is set");
    }
}
