/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.time.Instant;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps exactly one ZooKeeper client, and with it makes ZooKeeper and this framework agree, again and again.
 *
 * <p>One thread does everything: it opens the client, waits until something may have changed, and compares. Watches and
 * topology managers only say "look"; what is to be done follows from what is there. So nothing depends on which events
 * came in which order, or whether one got lost in an outage.
 *
 * <p>A client that has been away for longer than its session lives is closed and replaced, although ZooKeeper's client
 * would try for ever: a server that was restarted empty turns down every client that has seen later transactions than its
 * own, and never tells such a client that its session has expired.
 */
final class Connection {

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final long MIN_RETRY_MILLIS = 100;
    private static final long MAX_RETRY_MILLIS = 10_000;
    private static final long IDLE_NANOS = MINUTES.toNanos(1);
    private static final long REMIND_NANOS = MINUTES.toNanos(10);
    private static final long STOP_MILLIS = 3_000;

    /** ZooKeeper's client pauses for up to two seconds between two attempts at a server. */
    private static final long RECONNECT_MILLIS = 3_000;

    private final Settings settings;
    private final Publisher publisher;
    private final Follower follower;
    private final Thread thread = new Thread(this::run, "gridbatch-discovery");

    /** Guarded by this. */
    private boolean stopping;

    /** Guarded by this: somebody said "look". */
    private boolean look;

    private volatile Instant since = Instant.now();
    private volatile boolean reachable;

    private volatile Session session;
    private boolean prepared;
    private int failures;
    private long retryAt = System.nanoTime();
    private long complainAt = System.nanoTime();
    private boolean everConnected;

    Connection(Settings settings, Publisher publisher, Follower follower) {
        this.settings = settings;
        this.publisher = publisher;
        this.follower = follower;
    }

    void start() {
        LOG.info("looking for ZooKeeper at {}, endpoints are in {}", settings.address(), settings.endpoints());
        complainAt = System.nanoTime() + MILLISECONDS.toNanos(RECONNECT_MILLIS);
        thread.setDaemon(true);
        thread.start();
    }

    /** Ends the session, and with it our nodes; bounded in time when ZooKeeper is away. */
    void close() {
        synchronized (this) {
            stopping = true;
            notifyAll();
        }
        try {
            thread.join(STOP_MILLIS);
            thread.interrupt();
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    synchronized void wake() {
        look = true;
        notifyAll();
    }

    boolean reachable() {
        return reachable;
    }

    Instant since() {
        return since;
    }

    ZooKeeper client() {
        Session now = session;
        return now == null ? null : now.client;
    }

    private void run() {
        try {
            while (await()) step();
        } catch (InterruptedException e) {
            LOG.debug("interrupted: ZooKeeper did not answer while stopping");
        } finally {
            drop();
            reachable(false);
        }
    }

    /** Waits until there may be work; false when it is time to stop. */
    private synchronized boolean await() throws InterruptedException {
        long until = System.nanoTime() + patience();
        for (long left = until - System.nanoTime(); !look && !stopping && left > 0; left = until - System.nanoTime()) {
            NANOSECONDS.timedWait(this, left);
        }
        look = false;
        return !stopping;
    }

    /** How long nothing needs to be done if nobody says "look". */
    private long patience() {
        long now = System.nanoTime();
        if (session == null) return Math.max(1, retryAt - now);
        if (!session.connected()) {
            long left = Math.min(giveUpNanos() - session.awayNanos(), complainAt - now);
            return Math.max(1, left);
        }
        if (failures > 0) return Math.max(1, retryAt - now);
        return session.hasWork() ? 1 : Math.max(1, follower.untilGraceEnds(IDLE_NANOS));
    }

    private void step() throws InterruptedException {
        if (session == null) {
            if (retryAt - System.nanoTime() <= 0) open();
        } else if (!session.client.getState().isAlive()) {
            LOG.debug("the session with ZooKeeper at {} has ended; starting another", settings.address());
            away();
            replace();
        } else if (!session.connected()) {
            away();
            if (session.awayNanos() >= giveUpNanos()) replace();
        } else if (retryAt - System.nanoTime() <= 0) {
            agree();
        }
    }

    private void open() {
        try {
            session = new Session(settings, this::wake);
            prepared = false;
        } catch (IOException | RuntimeException | LinkageError e) {
            failed("cannot make a client for ZooKeeper at " + settings.address(), e);
        }
    }

    private void agree() throws InterruptedException {
        try {
            ZooKeeper client = session.client;
            if (!prepared) prepare(client);
            here(client);
            Session.Reported reported = session.take();
            if (reported.all()) {
                publisher.verify(follower.resync(client));
            } else if (!reported.names().isEmpty()) {
                publisher.missing(follower.update(client, reported.names()));
            }
            publisher.sync(client);
            follower.endGrace();
            failures = 0;
        } catch (KeeperException.SessionExpiredException
                | KeeperException.ConnectionLossException
                | KeeperException.OperationTimeoutException e) {
            // The client reports the loss or the end as well; this only keeps us from trying in a tight loop until
            // then.
            session.lookAtAll();
            retryAt = System.nanoTime() + MILLISECONDS.toNanos(MIN_RETRY_MILLIS);
            failures = Math.max(1, failures);
        } catch (KeeperException e) {
            // Whatever it is, making paths and watch again does no harm and mends what somebody deleted.
            prepared = false;
            session.lookAtAll();
            failed("ZooKeeper at " + settings.address() + " refuses", e);
        } catch (RuntimeException | LinkageError e) {
            session.lookAtAll();
            failed("discovery with ZooKeeper at " + settings.address() + " fails", e);
        }
    }

    private void prepare(ZooKeeper client) throws KeeperException, InterruptedException {
        for (int slash = settings.endpoints().indexOf('/', 1); ; ) {
            String path =
                    slash < 0 ? settings.endpoints() : settings.endpoints().substring(0, slash);
            if (client.exists(path, false) == null) create(client, path);
            if (slash < 0) break;
            slash = settings.endpoints().indexOf('/', slash + 1);
        }
        // One watch for all nodes that also outlives its events: each change costs each node one read.
        client.addWatch(settings.endpoints(), AddWatchMode.PERSISTENT_RECURSIVE);
        publisher.begin(client.getSessionId());
        session.lookAtAll();
        prepared = true;
    }

    private static void create(ZooKeeper client, String path) throws KeeperException, InterruptedException {
        try {
            client.create(path, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        } catch (KeeperException.NodeExistsException e) {
            LOG.trace("{} was made by somebody else in the meantime", path);
        }
    }

    private void here(ZooKeeper client) {
        if (reachable) return;
        reachable(true);
        long grace = Math.max(client.getSessionTimeout(), RECONNECT_MILLIS);
        // At the very first time nothing is known, so that nothing could be kept by mistake.
        if (everConnected) follower.reconnected(MILLISECONDS.toNanos(grace));
        everConnected = true;
        LOG.info(
                "connected to ZooKeeper at {}: session 0x{}, its timeout is {} ms",
                settings.address(),
                Long.toHexString(client.getSessionId()),
                client.getSessionTimeout());
    }

    private void away() {
        long now = System.nanoTime();
        if (reachable) {
            reachable(false);
            complainAt = now + REMIND_NANOS;
            LOG.warn(
                    "lost ZooKeeper at {}; what is imported stays, and it is tried again until it answers",
                    settings.address());
        } else if (complainAt - now <= 0) {
            complainAt = now + REMIND_NANOS;
            LOG.warn(
                    "ZooKeeper at {} does not answer since {}; it is tried again until it does",
                    settings.address(),
                    since);
        }
    }

    private void reachable(boolean now) {
        if (reachable == now) return;
        since = Instant.now();
        reachable = now;
    }

    /** A session that we were away from for its whole life is as good as expired; one that never was gets more time. */
    private long giveUpNanos() {
        long timeout = session.client.getSessionId() == 0
                ? 2L * settings.sessionTimeoutMillis() + RECONNECT_MILLIS
                : session.client.getSessionTimeout();
        return MILLISECONDS.toNanos(timeout);
    }

    private void failed(String what, Throwable e) {
        long delay = Math.min(MAX_RETRY_MILLIS, MIN_RETRY_MILLIS << Math.min(failures, 10));
        failures++;
        retryAt = System.nanoTime() + MILLISECONDS.toNanos(delay);
        // A node that was deleted under us is made again at once; only what lasts is worth a warning.
        if (failures == 3) LOG.warn("{}; it is tried again until it works", what, e);
        else LOG.debug("{}; next try in {} ms", what, delay, e);
    }

    /** Another client comes soon, but not at once: one that dies as soon as it is made must not keep us busy. */
    private void replace() {
        drop();
        retryAt = System.nanoTime() + MILLISECONDS.toNanos(MIN_RETRY_MILLIS);
    }

    private void drop() {
        if (session == null) return;
        try {
            session.close();
        } catch (InterruptedException e) {
            // Its threads end by themselves; ours was told to end as well and must not wait for an answer again.
            Thread.currentThread().interrupt();
        }
        session = null;
    }
}
