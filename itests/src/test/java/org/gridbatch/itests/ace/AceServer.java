/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests.ace;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The state of an ACE server, as files that several processes share: the version of each store, the versions of each
 * customer's deployment, the workspaces that are open, and who worked for one customer at the same time.
 */
public final class AceServer {
    static final long PID = ProcessHandle.current().pid();

    /** The name of the variable with the directory. */
    public static final String VARIABLE = "ACE_SERVER";

    /** What a check-out and a commit take, each: enough for a kill to hit them. */
    private static final long STEP_MILLIS = 20;

    private final Path directory;

    public AceServer(Path directory) {
        this.directory = directory;
    }

    static AceServer ofEnvironment() {
        String directory = System.getenv(VARIABLE);
        if (directory == null) throw new IllegalStateException("the variable " + VARIABLE + " is not set");
        return new AceServer(Path.of(directory));
    }

    /** Makes an empty server. */
    public AceServer create() throws IOException {
        Files.createDirectories(workspaces());
        Files.createDirectories(directory.resolve("customers"));
        Files.createDirectories(directory.resolve("stores"));
        return this;
    }

    /** A customer whose deployment is at this version of the store. */
    public void addCustomer(String name, String version) throws IOException {
        Files.createDirectory(customer(name));
        addVersion(name, version);
    }

    public void updateStore(String store, String version) throws IOException {
        Files.writeString(directory.resolve("stores").resolve(store), version);
    }

    String storeVersion(String store) throws IOException {
        return Files.readString(directory.resolve("stores").resolve(store));
    }

    /** The versions of a customer's deployment, the oldest first; each is the version of the store that it was made of. */
    public List<String> versions(String customer) throws IOException {
        return Files.readAllLines(customer(customer).resolve("versions"));
    }

    /** In one write, so that a kill leaves all of a line or nothing. */
    void addVersion(String customer, String version) throws IOException {
        append(customer(customer).resolve("versions"), version);
    }

    void worksInParallel(String customer) throws IOException {
        append(directory.resolve("parallel"), customer);
    }

    /** The customers for whom two scripts worked at the same time. */
    public TreeSet<String> parallel() throws IOException {
        Path file = directory.resolve("parallel");
        return Files.exists(file) ? new TreeSet<>(Files.readAllLines(file)) : new TreeSet<>();
    }

    /** The processes with open workspaces, one entry for each of these. */
    public List<String> openWorkspaces() throws IOException {
        try (Stream<Path> files = Files.list(workspaces())) {
            List<Path> open = files.toList();
            return open.stream().map(AceServer::textIfThere).toList();
        }
    }

    /** One may be removed while we look. */
    private static String textIfThere(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    /** How many customers' deployments are at this version of the store. */
    public long customersAt(String version) throws IOException {
        long count = 0;
        try (Stream<Path> customers = Files.list(directory.resolve("customers"))) {
            for (Path customer : customers.toList()) {
                if (versions(customer.getFileName().toString()).contains(version)) count++;
            }
        }
        return count;
    }

    Path customer(String name) {
        return directory.resolve("customers").resolve(name);
    }

    Path workspaces() {
        return directory.resolve("workspaces");
    }

    void takesTime() throws IOException {
        try {
            Thread.sleep(STEP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void append(Path file, String line) throws IOException {
        Files.write(
                file,
                (line + "\n").getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
