/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * What a running node of this user leaves for the other processes of this user: a small file beside its socket.
 *
 * @param name the node's name
 * @param role what it is: server, worker, zookeeper or shell
 * @param zookeeper the grid it belongs to, as it was told
 * @param pid its process
 * @param socket its control socket
 */
public record NodeFile(String name, String role, String zookeeper, long pid, Path socket) {
    private static final String SUFFIX = ".node";

    /**
     * Where the nodes of this user are listed: {@code GRIDBATCH_RUN}, else {@code gridbatch} under
     * {@code XDG_RUNTIME_DIR}, else {@code ~/.gridbatch/run}. Made if absent, for this user alone.
     */
    public static Path directory() {
        String run = System.getenv("GRIDBATCH_RUN");
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        Path directory;
        if (run != null && !run.isEmpty()) directory = Path.of(run);
        else if (runtime != null && !runtime.isEmpty() && Files.isWritable(Path.of(runtime)))
            directory = Path.of(runtime, "gridbatch");
        else directory = Path.of(System.getProperty("user.home"), ".gridbatch", "run");
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the directory of control sockets " + directory, e);
        }
        return directory;
    }

    /** Where the socket of a node goes; process ids keep two nodes of one name apart. */
    public static Path socketOf(String name, long pid) {
        return directory().resolve(name + "-" + pid + ".sock");
    }

    /** The nodes that run now; files of nodes that died are deleted. */
    public static List<NodeFile> running() {
        List<NodeFile> nodes = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory())) {
            for (Path file : files.filter(path -> path.toString().endsWith(SUFFIX))
                    .sorted()
                    .toList()) {
                NodeFile node = read(file);
                if (node == null) continue;
                if (ProcessHandle.of(node.pid).isPresent()) {
                    nodes.add(node);
                } else {
                    Files.deleteIfExists(node.socket);
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the running nodes in " + directory(), e);
        }
        return nodes;
    }

    /** The running node that is a process; empty while its control socket is not open. */
    public static Optional<NodeFile> ofProcess(long pid) {
        return running().stream().filter(node -> node.pid == pid).findFirst();
    }

    /** Lists this node as running. */
    public void write() throws IOException {
        Properties properties = new Properties();
        properties.setProperty("name", name);
        properties.setProperty("role", role);
        properties.setProperty("zookeeper", zookeeper);
        properties.setProperty("pid", Long.toString(pid));
        properties.setProperty("socket", socket.toString());
        Path temporary = Files.createTempFile(socket.getParent(), name, ".tmp");
        try (Writer writer = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8)) {
            properties.store(writer, null);
        }
        Files.move(temporary, file(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Lists this node no more. */
    public void delete() throws IOException {
        Files.deleteIfExists(file());
        Files.deleteIfExists(socket);
    }

    private Path file() {
        String socketName = socket.getFileName().toString();
        return socket.resolveSibling(socketName.substring(0, socketName.lastIndexOf('.')) + SUFFIX);
    }

    private static NodeFile read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
            return new NodeFile(
                    properties.getProperty("name", ""),
                    properties.getProperty("role", ""),
                    properties.getProperty("zookeeper", ""),
                    Long.parseLong(properties.getProperty("pid", "-1")),
                    Path.of(properties.getProperty("socket", file + ".sock")));
        } catch (java.nio.file.NoSuchFileException | IllegalArgumentException e) {
            // The node stopped between the listing and the reading, or the file is not one of ours.
            return null;
        }
    }
}
