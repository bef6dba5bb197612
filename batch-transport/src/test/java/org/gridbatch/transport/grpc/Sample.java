/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.osgi.util.promise.Promise;

/** A service interface with one method for each thing that must cross the wire. */
public interface Sample extends SampleStore<Sample.Item> {

    enum Colour {
        RED,
        GREEN {
            @Override
            public String toString() {
                return "leaf";
            }
        }
    }

    /** Refuses what no record should hold, so that tests see that it is asked on arrival as well. */
    record Item(String name, int count, Instant at, List<Colour> colours, Item part) {
        public Item {
            if (count < 0) {
                throw new IllegalArgumentException("count is " + count + ", want >= 0");
            }
            colours = colours == null ? List.of() : List.copyOf(colours);
        }

        /** Looks like a getter, and would never end if it were taken for one. */
        public Item getSelf() {
            return this;
        }

        public boolean isLarge() {
            throw new UnsupportedOperationException("not a component");
        }
    }

    record Everything(
            boolean flag,
            byte small,
            short middle,
            char letter,
            long big,
            float real,
            double wide,
            byte[] bytes,
            int[] numbers,
            UUID uuid,
            Duration duration,
            Instant instant,
            LocalDate date,
            OffsetDateTime offset,
            ZonedDateTime zoned,
            Map<Colour, List<Item>> byColour,
            Set<String> names,
            Map<String, byte[]> blobs) {}

    /** Follows the convention: the message, then the fields in their order. */
    final class NoSuchItem extends Exception {
        private static final long serialVersionUID = 1L;

        private final String name;
        private final int tries;
        private final transient List<Item> similar;

        public NoSuchItem(String message, String name, int tries, List<Item> similar) {
            super(message);
            this.name = name;
            this.tries = tries;
            this.similar = similar;
        }

        public String name() {
            return name;
        }

        public int tries() {
            return tries;
        }

        public List<Item> similar() {
            return similar;
        }
    }

    final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Refused(String message) {
            super(message);
        }
    }

    /** In the right package, but nobody could know how to make one. */
    final class Strange extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Strange(int code) {
            super("code " + code);
        }
    }

    String echo(String text);

    String echo(int number);

    String echo(String text, int number);

    Item item(Item item);

    Everything everything(Everything value);

    Map<String, Set<Integer>> nested(Map<String, Set<Integer>> value);

    byte[] bytes(byte[] value);

    long add(int a, long b);

    Duration duration(Duration value);

    Instant instant(Instant value);

    Object anything(Object value);

    void nothing();

    Item find(String name) throws NoSuchItem, IOException;

    CompletionStage<List<Item>> later(String name);

    CompletableFuture<Integer> laterNumber(int number);

    CompletableFuture<Void> laterNothing();

    Future<String> someday(String text);

    Promise<Item> promised(String name);

    default String greet(String name) {
        return "hello " + name;
    }
}
