/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The jobs of a grid in the order in which they become final; exported in one endpoint with {@link JobQueue}, and the
 * same rules hold. Items of arrays are jobs like others. Most callers register a {@link JobListener} instead, which is
 * called for each of them.
 *
 * <p>A final job has a position: who remembers the one of the last job that it has dealt with can go on behind it at any
 * time, also after a restart of the server or of its own process. A job keeps its position for ever, and all that become
 * final later have later ones.
 */
@ProviderType
public interface FinalJobs {
    /** The position before all jobs. */
    String BEGINNING = "0-0";

    /**
     * The next jobs behind a position. It waits until there are some or the time is up; who gets none goes on at
     * {@link FinalPage#next()} all the same. What has left the server's memory comes from the {@link History}.
     *
     * @param position {@link FinalPage#next()} of the page before, or that of a job; empty for now, which is answered at
     *     once with that position and no jobs
     * @param filter an LDAP filter over the final jobs: their tags, and {@code id}, {@code queue}, {@code tenant},
     *     {@code name}, {@code state} (in lower case), {@code worker}, {@code array}, {@code item}, {@code error},
     *     {@code result}, {@code retryOf}, as far as they are not empty, and {@code attempt} and {@code rescues}; empty
     *     for all
     * @param most most jobs of the page; 1 to 1,000
     * @param atMost zero to 60 seconds
     */
    CompletionStage<FinalPage> after(String position, String filter, int most, Duration atMost);
}
