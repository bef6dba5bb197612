/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;

/**
 * How many jobs may run.
 *
 * @param concurrency at most so many at a time; 0 means any number
 * @param rate at most so many starts in a period
 */
public record Limit(int concurrency, Rate rate) implements Serializable {
    /** Any number. */
    public static final Limit NONE = new Limit(0, Rate.UNLIMITED);

    static final int CONCURRENCY = 1_000_000;

    public Limit {
        concurrency = Check.range("concurrency", concurrency, 0, CONCURRENCY);
        rate = rate == null ? Rate.UNLIMITED : rate;
    }
}
