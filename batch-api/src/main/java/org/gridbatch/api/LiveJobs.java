/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What executing jobs tell of themselves; exported in one endpoint with {@link JobQueue}, and the same rules hold. All of
 * it is volatile: it comes with heartbeats, is never on disk, and is gone when the attempt ends or the server starts
 * again. What an attempt printed is in the {@link JobDetail} when it has ended.
 */
@ProviderType
public interface LiveJobs {
    /**
     * One job and what it has printed since. Its worker sends its output faster while somebody asks, so that an answer is
     * a second or two old; who follows a job asks about once a second.
     *
     * @param outFrom the offset in stdout from which on it is wanted: 0, then {@link LiveText#end()} of what came
     * @param errFrom the same for stderr
     * @throws UnknownJobException (in the stage) if there is no such job, or it was pruned
     */
    CompletionStage<LiveView> live(String jobId, long outFrom, long errFrom);

    /**
     * Those of these jobs that are executing, without their output. One that is not, or is not known, is left out.
     *
     * @param jobIds at most 1,000
     */
    CompletionStage<List<LiveView>> progress(List<String> jobIds);
}
