/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;

/**
 * The first items of an array that run alone: the others wait until these are final, and are cancelled if too many of
 * them failed.
 *
 * @param items how many; 0 means that the array has no canary
 * @param maxFailedPercent how many of each hundred may fail for the array to go on; 0 to 99
 */
public record Canary(int items, int maxFailedPercent) implements Serializable {
    /** All items may run at once. */
    public static final Canary NONE = new Canary(0, 0);

    /** @throws InvalidRequestException if a field is out of its bounds; the message names it */
    public Canary {
        items = Check.range("canary items", items, 0, Limits.ITEMS);
        maxFailedPercent = Check.range("canary failed percent", maxFailedPercent, 0, 99);
    }
}
