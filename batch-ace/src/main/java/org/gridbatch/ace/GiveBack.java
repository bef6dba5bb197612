/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.ace;

import java.util.Collection;

/** Gives jobs back that were taken and will not be run, so that the next who wants them gets them at once. */
final class GiveBack {
    private GiveBack() {}

    /** What is no job, or is held no more, is passed over. */
    static void all(Collection<?> maps) {
        for (Object map : maps) {
            if (map instanceof TakenMap taken && taken.isHeld()) release(taken);
        }
    }

    private static void release(TakenMap taken) {
        try {
            taken.job().release();
        } catch (RuntimeException e) {
            // It is given back with its session, or when its lease runs out; the reason why we are here matters more.
        }
    }
}
