/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import org.gridbatch.api.AttemptView;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobView;
import org.gridbatch.api.LiveView;

/** A job that is executing, with what it tells of itself; otherwise like its {@link JobDetail}. */
record ExecutingJob(JobDetail detail, LiveView live) {
    public JobView view() {
        return detail.view();
    }

    public JobSpec spec() {
        return detail.spec();
    }

    public List<AttemptView> attempts() {
        return detail.attempts();
    }
}
