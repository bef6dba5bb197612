/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;

/**
 * What is to change of a {@link Limit}.
 *
 * @param concurrency null means that it stays
 * @param rate null means that it stays
 */
public record LimitChange(Integer concurrency, Rate rate) implements Serializable {
    /** Nothing. */
    public static final LimitChange NOTHING = new LimitChange(null, null);

    /** Takes back what is set. */
    public static final LimitChange RESET = new LimitChange(0, Rate.UNLIMITED);

    public LimitChange {
        if (concurrency != null) Check.range("concurrency", concurrency, 0, Limit.CONCURRENCY);
    }

    /** The limit after it. */
    public Limit applyTo(Limit now) {
        return new Limit(concurrency == null ? now.concurrency() : concurrency, rate == null ? now.rate() : rate);
    }
}
