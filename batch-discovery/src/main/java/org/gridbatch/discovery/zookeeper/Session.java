/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;

/** One ZooKeeper client from its making to its end, and what its watches have reported since the last look. */
final class Session implements Watcher {

    /** Room for the names of all the nodes that a follower takes, and more; the client's default is 1 MiB. */
    private static final String MAX_RESPONSE_BYTES = String.valueOf(4 * 1024 * 1024);

    /** What the connection's thread has to do; all names stand for "look at all". */
    record Reported(boolean all, Set<String> names) {}

    final ZooKeeper client;
    private final String endpoints;
    private final Runnable wake;
    private final Set<String> names = new HashSet<>();
    private boolean connected;
    private boolean all;
    private long awaySince = System.nanoTime();

    Session(Settings settings, Runnable wake) throws IOException {
        this.endpoints = settings.endpoints();
        this.wake = wake;
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty("jute.maxbuffer", MAX_RESPONSE_BYTES);
        this.client = new ZooKeeper(settings.hosts(), settings.sessionTimeoutMillis(), this, false, config);
    }

    @Override
    public void process(WatchedEvent event) {
        note(event);
        wake.run();
    }

    private synchronized void note(WatchedEvent event) {
        if (event.getType() == Event.EventType.None) {
            boolean before = connected;
            connected = event.getState() == Event.KeeperState.SyncConnected;
            if (before && !connected) awaySince = System.nanoTime();
            // Watches report nothing of what happened while we were away.
            if (connected) all = true;
        } else if (event.getPath() != null && event.getPath().startsWith(endpoints + "/")) {
            if (!all) names.add(event.getPath().substring(endpoints.length() + 1));
        } else {
            all = true;
        }
        if (all || names.size() > Follower.MAX_NODES) {
            all = true;
            names.clear();
        }
    }

    synchronized Reported take() {
        Reported reported = new Reported(all, Set.copyOf(names));
        all = false;
        names.clear();
        return reported;
    }

    synchronized void lookAtAll() {
        all = true;
        names.clear();
    }

    synchronized boolean hasWork() {
        return connected && (all || !names.isEmpty());
    }

    synchronized boolean connected() {
        return connected;
    }

    synchronized long awayNanos() {
        return connected ? 0 : System.nanoTime() - awaySince;
    }

    void close() throws InterruptedException {
        client.close();
    }
}
