/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.Objects;

/**
 * One script for many items: the same job once for each. An item is what the script sees as {@code $1} and {@code $it};
 * its job has the id {@code array:index}, counted from 0.
 *
 * <p>The array is a job as well, which no worker runs: its state is blocked until it is sealed, executing from its first
 * item's start, and final when all items are: completed if all of them are, else discarded if any was, else cancelled.
 *
 * @param template what each item runs. Its id is the array's; delay, notBefore, after and unique hold for the array, all
 *     else for each item. Its arguments follow the item
 * @param throttle how many items may execute at once; 0 means as many as workers take
 * @param keyPerItem whether each item is an exclusive key, behind the template's one as a prefix: of all jobs with the
 *     key one runs at a time. Items must be valid names then
 * @param canary the first items that run alone
 * @param then a job that runs when all items are final; its first arguments are the array's id and how many items it
 *     had, how many completed, were discarded and were cancelled. Null if there is none
 * @param onEach a filter over ads, as in {@link Placement}: then the items are the names of all workers that meet it at
 *     the moment, and each runs on its worker alone. Empty if the producer sends the items
 */
public record ArraySpec(JobSpec template, int throttle, boolean keyPerItem, Canary canary, JobSpec then, String onEach)
        implements Serializable {
    /** Arguments that the following job gets: the array's id, all items, completed, discarded, cancelled. */
    public static final int COUNTS = 5;

    /** @throws InvalidRequestException if a field is out of its bounds; the message names it */
    public ArraySpec {
        Objects.requireNonNull(template, "template");
        throttle = Check.range("throttle", throttle, 0, Limits.ITEMS);
        canary = canary == null || canary.items() == 0 ? Canary.NONE : canary;
        onEach = Check.text("on each", onEach, Limits.TEXT).strip();
        String arrayId = template.jobId();
        if (arrayId.length() > Limits.ARRAY_ID) {
            throw new InvalidRequestException("array id " + arrayId + " has " + arrayId.length()
                    + " characters, want at most " + Limits.ARRAY_ID + ", since its items' ids begin with it");
        }
        if (template.args().size() >= Limits.ARGS) {
            throw new InvalidRequestException(
                    "array " + arrayId + " has " + template.args().size() + " arguments, want fewer than " + Limits.ARGS
                            + ": the item is one as well");
        }
        if (then != null) {
            if (then.jobId().equals(arrayId)) {
                throw new InvalidRequestException("the job that follows array " + arrayId + " has the same id");
            }
            if (!then.after().isEmpty()) {
                throw new InvalidRequestException("job " + then.jobId() + ", which follows array " + arrayId
                        + ", is to wait for other jobs as well; it can wait for the array only");
            }
            if (then.args().size() > Limits.ARGS - COUNTS) {
                throw new InvalidRequestException("job " + then.jobId() + ", which follows array " + arrayId + ", has "
                        + then.args().size() + " arguments, want at most " + (Limits.ARGS - COUNTS)
                        + ": the array's counts are arguments as well");
            }
        }
    }

    /** An array of this script's job, without any of the rest. */
    public static ArraySpec of(JobSpec template) {
        return new ArraySpec(template, 0, false, Canary.NONE, null, "");
    }

    /** The id of the array. */
    public String arrayId() {
        return template.jobId();
    }

    /** The exclusive key of an item, if each has its own. */
    public String keyOf(String item) {
        return template.exclusiveKey() + item;
    }

    /** Whether an item can be an exclusive key. */
    public boolean isKey(String item) {
        String key = keyOf(item);
        return !item.isEmpty() && key.length() <= Limits.NAME && Check.isName(key);
    }

    /** Whether the producer is to send its items, as the queue has answered to the opening. */
    public boolean awaitsItems(Submitted opened) {
        boolean isThis = opened.jobId().equals(arrayId());
        return isThis && onEach.isEmpty() && !opened.state().isFinal();
    }

    public ArraySpec withThrottle(int value) {
        return new ArraySpec(template, value, keyPerItem, canary, then, onEach);
    }

    public ArraySpec withKeyPerItem(boolean value) {
        return new ArraySpec(template, throttle, value, canary, then, onEach);
    }

    public ArraySpec withCanary(Canary value) {
        return new ArraySpec(template, throttle, keyPerItem, value, then, onEach);
    }

    public ArraySpec withThen(JobSpec value) {
        return new ArraySpec(template, throttle, keyPerItem, canary, value, onEach);
    }

    public ArraySpec withOnEach(String value) {
        return new ArraySpec(template, throttle, keyPerItem, canary, then, value);
    }
}
