/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.LimitChange;
import org.gridbatch.api.QueueChange;
import org.gridbatch.api.Rate;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sets how many jobs of a queue, or with a limit key, may run. */
@CommandLine.Command(
        name = "limit",
        description = "Set how many jobs of a queue, or with a limit key, may run; without a limit, show what is set.",
        footer = {
            "",
            "Examples:",
            "  limit mail --concurrency 2",
            "  limit --key smtp.example --rate 10/1m",
            "  limit mail --none"
        })
final class LimitCommand extends Command {
    @Parameters(arity = "0..1", paramLabel = "QUEUE", description = "The queue.")
    private String queue;

    @Option(
            names = {"-k", "--key"},
            paramLabel = "KEY",
            description = "The key that jobs were pushed with as --limit-key, instead of a queue.")
    private String key;

    @Option(
            names = {"-c", "--concurrency"},
            paramLabel = "N",
            description = "At most so many at a time; 0 is any number.")
    private Integer concurrency;

    @Option(
            names = {"-r", "--rate"},
            paramLabel = "N/TIME",
            description = "At most so many starts in a time, such as 10/1m; 0/1s is any number.")
    private Rate rate;

    @Option(names = "--none", description = "Take back what is set.")
    private boolean none;

    @Override
    Object run(CommandSession session, Surroundings here) {
        if ((queue == null) == (key == null)) {
            throw new CommandFailed("limit: " + (queue == null ? "there is no queue" : "there is a queue and a key")
                    + ", want one of QUEUE and --key KEY");
        }
        boolean sets = concurrency != null || rate != null;
        if (none && sets) throw new CommandFailed("limit: --none takes all back, so there is nothing to set with it");
        LimitChange change = none ? LimitChange.RESET : new LimitChange(concurrency, rate);
        return key == null
                ? Rules.adjust(here.grid(), QueueChange.of(queue, change), none || sets)
                : Rules.adjustLimit(here.grid(), key, change, none || sets);
    }
}
