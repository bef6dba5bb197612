/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.JobPage;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Submitted;
import org.gridbatch.shell.byhand.ByHand;
import org.gridbatch.shell.byhand.HeldJob;
import org.gridbatch.worker.gogo.ScriptSession;

/** What the commands of this bundle work with, for those of others. */
final class ByHandService implements ByHand {
    private final Surroundings here;

    ByHandService(Surroundings here) {
        this.here = here;
    }

    @Override
    public List<Submitted> push(List<JobSpec> jobs) {
        return here.grid().submit(jobs, "look with 'jobs' before you repeat the command");
    }

    @Override
    public JobPage find(JobQuery query) {
        return here.grid().jobs(queue -> queue.find(query));
    }

    @Override
    public Optional<HeldJob> pull(CommandSession session, String queue, String jobId) {
        return here.pulled()
                .pull(session, List.of(queue), "", jobId, Duration.ZERO)
                .map(job -> job);
    }

    @Override
    public Object exec(CommandSession session, String script) {
        if (!(session instanceof ScriptSession)) return here.runner().run(session, "script", script, List.of());
        try {
            return session.execute(script);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new CommandFailed(Text.describe(e), e);
        }
    }
}
