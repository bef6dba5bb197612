/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.LimitChange;
import org.gridbatch.api.QueueChange;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sets a queue's order, and what holds for its jobs that do not say. */
@CommandLine.Command(
        name = "configure",
        description =
                "Set a queue's order, and what holds for jobs that do not say; without options, show what is set.",
        footer = {"", "'pause' and 'limit' set the rest.", "", "Example:", "  configure mail --order 10 --timeout 5m"})
final class ConfigureCommand extends Command {
    @Parameters(paramLabel = "QUEUE", description = "The queue.")
    private String queue;

    @Option(
            names = "--order",
            paramLabel = "N",
            description = "Its jobs go before those of all queues with a lower one; -100 to 100.")
    private Integer order;

    @Option(names = "--max-attempts", paramLabel = "N", description = "Failures after which a job is discarded.")
    private Integer maxAttempts;

    @Option(
            names = "--backoff",
            paramLabel = "WAIT",
            description = "The wait between attempts: 5s, or 5s..1h to double it each time.")
    private Backoff backoff;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "The longest time of one attempt, such as 10m; 0s is no limit.")
    private Duration timeout;

    @Option(names = "--reset", description = "First take back all that is set here; a limit or a pause stays.")
    private boolean reset;

    @Override
    Object run(CommandSession session, Surroundings here) {
        if (maxAttempts != null && maxAttempts < 1) {
            throw new CommandFailed("configure: --max-attempts is " + maxAttempts + ", want 1 or more");
        }
        boolean sets = reset || order != null || maxAttempts != null || backoff != null || timeout != null;
        QueueChange change = new QueueChange(queue, reset, order, LimitChange.NOTHING, maxAttempts, backoff, timeout);
        return Rules.adjust(here.grid(), change, sets);
    }
}
