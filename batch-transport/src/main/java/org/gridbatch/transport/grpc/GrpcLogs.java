/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what gRPC logs through java.util.logging to the log of the framework, in one line each.
 *
 * <p>A stranger at the port makes gRPC log a stack trace per connection. Here the same message comes once a minute;
 * all of them, with their stack traces, at level DEBUG.
 */
final class GrpcLogs extends Handler {
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int MOST_KINDS = 100;

    /** Kept, because the log manager forgets loggers that nobody holds, and their handlers with them. */
    private static final java.util.logging.Logger GRPC = java.util.logging.Logger.getLogger("io.grpc");

    private static final GrpcLogs BRIDGE = new GrpcLogs();
    private static int users;

    private final Map<String, Long> lastNanos = new HashMap<>();
    private final SimpleFormatter formatter = new SimpleFormatter();

    private GrpcLogs() {}

    static synchronized void install() {
        if (users++ == 0) {
            GRPC.addHandler(BRIDGE);
            GRPC.setUseParentHandlers(false);
        }
    }

    static synchronized void uninstall() {
        if (--users == 0) {
            GRPC.removeHandler(BRIDGE);
            GRPC.setUseParentHandlers(true);
            BRIDGE.forget();
        }
    }

    @Override
    public void publish(LogRecord logged) {
        Logger log = LoggerFactory.getLogger(logged.getLoggerName());
        boolean loud = logged.getLevel().intValue() >= Level.INFO.intValue();
        if (log.isDebugEnabled()) {
            log.debug(formatter.formatMessage(logged), logged.getThrown());
        } else if (loud && isDue(logged.getMessage())) {
            String text = formatter.formatMessage(logged).replaceAll("\\s+", " ");
            Throwable thrown = logged.getThrown();
            String line = thrown == null ? text : text + ": " + thrown.getMessage();
            if (logged.getLevel().intValue() >= Level.SEVERE.intValue()) {
                log.error(line, thrown);
            } else if (logged.getLevel().intValue() >= Level.WARNING.intValue()) {
                log.warn(line);
            } else {
                log.info(line);
            }
        }
    }

    private synchronized boolean isDue(String message) {
        long now = System.nanoTime();
        Long last = lastNanos.get(message);
        if (last != null && now - last < QUIET_NANOS) {
            return false;
        }
        if (lastNanos.size() >= MOST_KINDS) {
            lastNanos.clear();
        }
        lastNanos.put(message, now);
        return true;
    }

    private synchronized void forget() {
        lastNanos.clear();
    }

    @Override
    public void flush() {
        // Nothing is kept back.
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
