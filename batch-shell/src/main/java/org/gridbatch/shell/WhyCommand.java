/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.ArrayList;
import java.util.List;
import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Tells why jobs are not executing. */
@CommandLine.Command(name = "why", description = "Tell why jobs are not executing, the strongest reason first.")
final class WhyCommand extends Command {
    @Parameters(arity = "1..*", paramLabel = "ID", description = "The jobs' ids.")
    private List<String> ids;

    @Override
    Object run(CommandSession session, Surroundings here) {
        List<Explained> all = new ArrayList<>();
        for (String id : ids) {
            here.grid()
                    .operations(queue -> queue.why(id))
                    .forEach(reason -> all.add(new Explained(id, reason.kind(), reason.text())));
        }
        return new Listing<>(all, "", "no reasons");
    }
}
