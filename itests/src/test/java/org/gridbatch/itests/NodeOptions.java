/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.cleanCaches;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.options.CompositeOption;
import org.ops4j.pax.exam.options.DefaultCompositeOption;

/** Pax Exam options that make a framework a node, with the bundles and templates of the built distribution. */
final class NodeOptions {
    private NodeOptions() {}

    /**
     * A node.
     *
     * @param name its name
     * @param zookeeper HOST:PORT of the grid
     * @param directory where it keeps what it writes; fresh for every test
     * @param roles which templates it gets besides that of all nodes; a node can have more than one role here
     */
    static CompositeOption node(String name, String zookeeper, Path directory, String... roles) {
        Path dist = Batch.distribution();
        List<Option> options = new ArrayList<>();
        try (Stream<Path> bundles = Files.list(dist.resolve("bundles"))) {
            for (Path bundle : bundles.sorted().toList()) {
                boolean started = !bundle.getFileName().toString().startsWith("org.apache.felix.gogo.jline");
                options.add(
                        started
                                ? bundle(bundle.toUri().toString())
                                : bundle(bundle.toUri().toString()).noStart());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String templates = Stream.concat(Stream.of("node"), Arrays.stream(roles))
                .map(role -> dist.resolve("etc").resolve(role + ".json").toUri().toString())
                .collect(Collectors.joining(","));
        options.add(frameworkProperty("configurator.initial").value(templates));
        options.add(frameworkProperty("gridbatch.name").value(name));
        options.add(frameworkProperty("gridbatch.role").value(roles.length == 0 ? "shell" : roles[0]));
        options.add(frameworkProperty("gridbatch.data")
                .value(directory.resolve(name).toString()));
        options.add(frameworkProperty("gridbatch.zookeeper").value(zookeeper));
        options.add(
                frameworkProperty("gridbatch.zookeeper.port").value(zookeeper.split(":")[1]));
        options.add(frameworkProperty("org.osgi.framework.bootdelegation").value("sun.*,com.sun.*,jdk.*"));
        options.add(systemProperty("user.home").value(directory.toString()));
        options.add(systemProperty("gridbatch.log.dir")
                .value(directory.resolve(name).toString()));
        options.add(systemProperty("gridbatch.log.console").value("WARN"));
        options.add(systemProperty("logback.configurationFile")
                .value(dist.resolve("etc").resolve("logback.xml").toString()));
        // The node has a logging of its own; Pax Exam's beside it would bring a second copy of the API.
        options.add(systemProperty("pax.exam.logging").value("none"));
        options.add(cleanCaches());
        return new DefaultCompositeOption(options.toArray(new Option[0]));
    }
}
