/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What was: final jobs with their output, also those that have left the queue-server's memory, and who did what. It is
 * kept in a database, to which a job comes a moment after it became final. Exported in one endpoint with
 * {@link JobQueue}; nothing here changes anything, and the stages fail with the same exceptions:
 * {@link QueueUnavailableException} also when the database cannot be reached now.
 */
@ProviderType
public interface History {
    /** One page of the final jobs that match, the last that became final first. */
    CompletionStage<HistoryPage> find(HistoryQuery query);

    /**
     * A job with its attempts and their output, final or not.
     *
     * @throws UnknownJobException (in the stage) if there is no such job, or it was pruned from the history too
     */
    CompletionStage<JobDetail> get(String jobId);

    /** One page of the records that match, the newest first. */
    CompletionStage<AuditPage> audit(AuditQuery query);
}
