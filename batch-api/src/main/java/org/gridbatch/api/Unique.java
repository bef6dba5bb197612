/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.time.Duration;

/**
 * Makes a submit answer with the job that holds the same key already, if there is one.
 *
 * @param key the same for jobs that are one; empty means that the job is not unique
 * @param period how long, from its acceptance, a job holds the key; zero means until it is final
 */
public record Unique(String key, Duration period) implements Serializable {
    /** Any number of equal jobs may wait. */
    public static final Unique NO = new Unique("", Duration.ZERO);

    public Unique {
        key = Check.optionalName("unique key", key, Limits.NAME);
        period = Check.range("unique period", period, Duration.ZERO, Limits.DELAY);
    }
}
