/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell.byhand;

import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Verdict;
import org.osgi.annotation.versioning.ProviderType;

/** A job that was taken by hand. Its methods fail with an exception whose text is for the user. Thread-safe. */
@ProviderType
public interface HeldJob {
    /** The {@link #state()} of one that can be run and reported on. */
    String HELD = "held";

    JobSpec spec();

    /** What it is now: {@link #HELD}, {@code cancelled}, {@code ended} or {@code lost}. */
    String state();

    /**
     * Runs its script as a worker would, and shows what it prints. It can be run again.
     *
     * @return what the script returned, as text; null if that is nothing
     * @throws RuntimeException if the script fails
     */
    String run();

    /** Reports what the last run came to, as a worker would: success, failure, or the snooze that the script asked for. */
    Verdict settle();

    /** Gives it back untouched, for the next who wants it. */
    Verdict release();
}
