/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Lends each script a thread group, by which the threads that Gogo makes for it are told from all others: a session's
 * own pool cannot be asked. Groups are lent again, since Java 17 never forgets one. Thread-safe.
 */
final class ScriptThreads {
    /** How the name of the thread ends that formats the result. */
    static final String RESULT = "-result";

    /** Of the root, which is no daemon group: a group inherits that, and a daemon group ends with its last thread. */
    private final ThreadGroup parent = new ThreadGroup(root(), "gridbatch-scripts");

    private final Deque<ThreadGroup> idle = new ArrayDeque<>();
    private int made;

    private static ThreadGroup root() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) group = group.getParent();
        return group;
    }

    synchronized ThreadGroup lend() {
        ThreadGroup group = idle.poll();
        return group != null ? group : new ThreadGroup(parent, "gridbatch-script-" + ++made);
    }

    synchronized void giveBack(ThreadGroup group) {
        idle.push(group);
    }

    /**
     * The live threads of the session that was made in this group, and the one that formats its result. They are known by
     * their names, mostly given by Gogo; a thread that a command started, such as one of a shared pool, is not the
     * script's to wait for or to stop.
     */
    static List<Thread> ofSession(ThreadGroup group) {
        Thread[] all = new Thread[group.activeCount() + 16];
        int count = group.enumerate(all, false);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = all[i].getName();
            if (name.startsWith("pipe-")
                    || name.startsWith("job controller ")
                    || name.startsWith("session-")
                    || name.endsWith(RESULT)) {
                threads.add(all[i]);
            }
        }
        return threads;
    }
}
