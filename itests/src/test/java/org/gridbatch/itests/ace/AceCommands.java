/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests.ace;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The commands {@code cw} and {@code rw}, with all that surprises in those of Apache ACE: one that fails prints a stack
 * trace and returns null, and what a script does not remove stays.
 */
public final class AceCommands {
    private final AceServer server;
    private final Map<String, Workspace> workspaces = new ConcurrentHashMap<>();

    AceCommands(AceServer server) {
        this.server = server;
    }

    public Workspace cw(String store, String target, String deployment) {
        return cw(store, target, deployment, Map.of());
    }

    /** @param configuration as in ACE, where it is seldom given; not used here */
    public Workspace cw(String store, String target, String deployment, Map<?, ?> configuration) {
        try {
            Workspace workspace = Workspace.checkOut(server, store, target, deployment);
            workspaces.put(workspace.id(), workspace);
            return workspace;
        } catch (IOException e) {
            e.printStackTrace();
            return null;
        }
    }

    public void rw(Workspace workspace) throws IOException {
        if (workspaces.remove(workspace.id()) != null) workspace.remove();
    }

    public void rw(String id) throws IOException {
        Workspace workspace = workspaces.get(id);
        if (workspace != null) rw(workspace);
    }
}
