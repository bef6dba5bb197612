/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import java.util.BitSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where scripts run: how many there are, and which are taken or out of use. */
final class Slots {
    private static final Logger LOG = LoggerFactory.getLogger(Slots.class);

    private final String worker;
    private int count;
    private final BitSet taken = new BitSet();
    private final BitSet quarantined = new BitSet();

    Slots(String worker, int count) {
        this.worker = worker;
        this.count = count;
    }

    int free() {
        return Math.max(0, count - taken.cardinality());
    }

    /** Of fewer slots those that are taken stay so until their scripts end. */
    void resize(int slots) {
        count = slots;
    }

    /** Those that can run scripts, now or later. */
    int usable() {
        return Math.max(0, count - quarantined.cardinality());
    }

    /** Takes a free one, from 0. */
    int take() {
        int slot = taken.nextClearBit(0);
        if (slot >= count) throw new IllegalStateException("no slot is free: " + count + " are taken");
        taken.set(slot);
        return slot;
    }

    /** The script's end gives it back, also when it had been out of use. */
    void giveBack(int slot) {
        taken.clear(slot);
        if (!quarantined.get(slot)) return;
        quarantined.clear(slot);
        LOG.info("slot {} of worker {} is in use again: its script has ended after all", slot + 1, worker);
    }

    /** Out of use: a thread cannot be killed, and its script goes on. */
    void quarantine(int slot, String jobId) {
        quarantined.set(slot);
        LOG.warn(
                "slot {} of worker {} is out of use: the script of job {} does not heed an interrupt; {} of {} slots are"
                        + " left, and only its end or a restart of the node brings it back",
                slot + 1,
                worker,
                jobId,
                usable(),
                count);
        if (usable() == 0) {
            LOG.error(
                    "worker {} leaves the grid: all of its {} slots are out of use; it comes back when a script ends after"
                            + " all, or when the node is restarted",
                    worker,
                    count);
        }
    }
}
