/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.io.IOException;
import java.io.InputStream;
import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Submits jobs that export has written. */
@CommandLine.Command(
        name = "import",
        description =
                "Submit the jobs that 'export' has printed, with their ids, so that a repeat makes no second ones. "
                        + "At a bad line it ends: of that line's page nothing is submitted, of those before it all.",
        footer = {"", "Examples:", "  import jobs.jsonl --dry-run", "  import - < jobs.jsonl"})
final class ImportCommand extends Command {
    @Parameters(paramLabel = "FILE", description = "The file; - is standard input.")
    private String file;

    @Option(names = "--dry-run", description = "Only read and check all lines.")
    private boolean dryRun;

    @Override
    Object run(CommandSession session, Surroundings here) {
        InputStream in = Scripts.open(session, file);
        try {
            return new Import(here.grid(), dryRun).run(in);
        } finally {
            if (!file.equals(Scripts.STDIN)) close(in);
        }
    }

    private static void close(InputStream in) {
        try {
            in.close();
        } catch (IOException e) {
            // It was only read, and all that was wanted of it has come.
        }
    }
}
