/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import org.gridbatch.api.InvalidRequestException;

/**
 * The place of a final job in the order in which jobs become final: by its moment, and those of one moment by their age.
 * It never changes, neither when the job is amended nor in the archive.
 */
public record Place(long millis, long sequence) implements Comparable<Place> {
    /** Before all jobs. */
    public static final Place BEGINNING = new Place(0, 0);

    public static Place of(Job job) {
        return new Place(job.finalAtMillis(), job.sequence());
    }

    /** Behind all jobs of a moment. */
    public static Place endOf(long millis) {
        return new Place(millis, Long.MAX_VALUE);
    }

    /** @throws InvalidRequestException if it is not what {@link #toString} gives */
    public static Place parse(String position) {
        try {
            int dash = position.indexOf('-');
            long millis = Long.parseLong(position.substring(0, dash));
            long sequence = Long.parseLong(position.substring(dash + 1));
            if (millis >= 0 && sequence >= 0) return new Place(millis, sequence);
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            // Told below.
        }
        throw new InvalidRequestException(
                "position is '" + position + "', want one that a final job or a page of them came with");
    }

    /** The last place before this one. */
    public Place before() {
        return new Place(millis, sequence - 1);
    }

    @Override
    public int compareTo(Place other) {
        int byMillis = Long.compare(millis, other.millis);
        return byMillis != 0 ? byMillis : Long.compare(sequence, other.sequence);
    }

    @Override
    public String toString() {
        return millis + "-" + sequence;
    }
}
