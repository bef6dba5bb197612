/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.ace;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.JobIds;
import org.gridbatch.api.JobPage;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.Verdict;
import org.gridbatch.shell.byhand.ByHand;
import org.gridbatch.shell.byhand.HeldJob;
import org.gridbatch.testing.TestGrid;
import org.gridbatch.worker.gogo.Script;
import org.gridbatch.worker.gogo.ScriptResult;
import org.gridbatch.worker.gogo.ScriptRunner;

/** A shell on a grid in memory; it runs scripts with the real runner, and keeps no lease alive. */
final class TestShell implements ByHand {
    private static final String NAME = "here-shell";

    private final TestGrid grid;
    private final ScriptRunner scripts;
    private final String incarnation = JobIds.next();
    private long claims;

    /** What to do when a job is pulled by its id: somebody else may be quicker. */
    Runnable beforePull = () -> {};

    TestShell(TestGrid grid, ScriptRunner scripts) {
        this.grid = grid;
        this.scripts = scripts;
    }

    @Override
    public List<Submitted> push(List<JobSpec> jobs) {
        return grid.jobs().submit(jobs).toCompletableFuture().join();
    }

    @Override
    public JobPage find(JobQuery query) {
        return grid.jobs().find(query).toCompletableFuture().join();
    }

    @Override
    public Optional<HeldJob> pull(CommandSession session, String queue, String jobId) {
        beforePull.run();
        ClaimRequest request =
                new ClaimRequest(NAME, incarnation, ++claims, List.of(queue), "", jobId, 1, 1, 0, Duration.ZERO);
        return grid.work().claim(request).toCompletableFuture().join().stream()
                .<HeldJob>map(Held::new)
                .findFirst();
    }

    @Override
    public Object exec(CommandSession session, String script) {
        return result(script).result();
    }

    private ScriptResult result(String script) {
        ScriptResult result =
                scripts.start(Script.of(script)).result().toCompletableFuture().join();
        System.out.print(result.out().text());
        switch (result.outcome()) {
            case COMPLETED, SNOOZED -> {
                return result;
            }
            default -> throw new IllegalStateException(result.error());
        }
    }

    private final class Held implements HeldJob {
        private final Lease lease;
        private String state = HELD;
        private String error = "it has not run";

        Held(Lease lease) {
            this.lease = lease;
        }

        @Override
        public JobSpec spec() {
            return lease.spec();
        }

        @Override
        public String state() {
            return state;
        }

        @Override
        public String run() {
            if (!state.equals(HELD)) throw new IllegalStateException("job " + spec().jobId() + " is " + state);
            try {
                String value = result(spec().script()).result();
                error = "";
                return value;
            } catch (IllegalStateException e) {
                error = e.getMessage();
                throw e;
            }
        }

        @Override
        public Verdict settle() {
            return report(error.isEmpty() ? ReportKind.COMPLETE : ReportKind.FAIL, error);
        }

        @Override
        public Verdict release() {
            return report(ReportKind.RELEASE, "");
        }

        private Verdict report(ReportKind kind, String why) {
            state = "ended";
            Report report = new Report(NAME, lease.leaseId(), spec().jobId(), kind, Duration.ZERO, why, "", null, null);
            return grid.work()
                    .report(List.of(report))
                    .toCompletableFuture()
                    .join()
                    .get(0);
        }
    }
}
