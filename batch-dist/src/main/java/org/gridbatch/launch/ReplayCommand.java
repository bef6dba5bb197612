/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Replays the data of a stopped queue-server, with the classes of its bundle and without a framework. */
@Command(
        name = "replay",
        description =
                "Tell the story of a job, or the state, from the data directory of a stopped queue-server or a copy "
                        + "of it. Changes nothing.")
final class ReplayCommand implements Callable<Integer> {
    private static final List<String> BUNDLES = List.of("batch-api-", "batch-queue-server-");

    @Parameters(paramLabel = "DIR", description = "The directory with the file grid.id, or that of its node.")
    private Path directory;

    @Option(names = "--job", paramLabel = "ID", defaultValue = "", description = "Print every entry that touched it.")
    private String job;

    @Option(
            names = "--until",
            paramLabel = "INDEX",
            description = "Stop after this index of the log. Default: its end.")
    private Long until;

    @Option(names = "--hash", description = "Print the SHA-256 of the state.")
    private boolean hash;

    @Override
    public Integer call() throws Exception {
        if (until != null && until < 0) throw new LaunchException("--until is " + until + ", want 0 or more");
        List<URL> jars = new ArrayList<>();
        for (Path bundle : Home.current().bundles()) {
            String name = bundle.getFileName().toString();
            if (BUNDLES.stream().anyMatch(name::startsWith))
                jars.add(bundle.toUri().toURL());
        }
        try (URLClassLoader loader =
                new URLClassLoader(jars.toArray(new URL[0]), ReplayCommand.class.getClassLoader())) {
            Class.forName("org.gridbatch.queue.log.Replay", true, loader)
                    .getMethod("tell", Path.class, String.class, long.class, boolean.class, PrintStream.class)
                    .invoke(null, directory, job, until == null ? -1 : until, hash, System.out);
            return 0;
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IOException said) throw new LaunchException(said.getMessage());
            throw e;
        }
    }
}
