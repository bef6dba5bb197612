/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests.ace;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A customer's repositories as they were when it was made: a commit brings the deployment up to the store, and fails if
 * somebody else did so meanwhile.
 *
 * <p>From its making to the end of the commit it holds the customer's lock, if that is free, and tells the server if it is
 * not: then two work for one customer at once. The lock is the operating system's, and so ends with the process.
 */
public final class Workspace {
    private final String id = UUID.randomUUID().toString();
    private final AceServer server;
    private final String store;
    private final String deployment;
    private final int base;
    private final FileChannel lockFile;

    private Workspace(AceServer server, String store, String deployment, FileChannel lockFile) throws IOException {
        this.server = server;
        this.store = store;
        this.deployment = deployment;
        this.lockFile = lockFile;
        base = server.versions(deployment).size();
    }

    static Workspace checkOut(AceServer server, String store, String target, String deployment) throws IOException {
        if (!Files.isDirectory(server.customer(deployment)) || !target.equals(deployment)) {
            throw new FileNotFoundException("there is no repository for the customer '" + deployment + "'");
        }
        FileChannel lockFile = FileChannel.open(
                server.customer(deployment).resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!isFree(lockFile)) server.worksInParallel(deployment);
        Workspace workspace = new Workspace(server, store, deployment, lockFile);
        Files.writeString(workspace.file(), Long.toString(AceServer.PID));
        try {
            server.takesTime();
        } catch (IOException e) {
            workspace.remove();
            throw e;
        }
        return workspace;
    }

    private static boolean isFree(FileChannel file) throws IOException {
        try {
            return file.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    String id() {
        return id;
    }

    /** Makes a new version if the store has changed since the last one. */
    public void commit() throws IOException {
        try {
            server.takesTime();
            synchronized (Workspace.class) {
                try (FileChannel writing = FileChannel.open(
                                server.customer(deployment).resolve("commit"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                        FileLock alone = writing.lock()) {
                    if (!alone.isValid() || server.versions(deployment).size() != base) {
                        throw new IllegalStateException("the workspace of '" + deployment + "' is out of date");
                    }
                    String wanted = server.storeVersion(store);
                    if (!server.versions(deployment).contains(wanted)) server.addVersion(deployment, wanted);
                }
            }
        } finally {
            lockFile.close();
        }
    }

    void remove() throws IOException {
        lockFile.close();
        Files.deleteIfExists(file());
    }

    private Path file() {
        return server.workspaces().resolve(id);
    }

    @Override
    public String toString() {
        return "workspace " + id + " of " + deployment;
    }
}
