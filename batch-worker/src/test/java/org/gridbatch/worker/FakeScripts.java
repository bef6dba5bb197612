/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.Lease;
import org.gridbatch.api.LiveText;
import org.gridbatch.api.Progress;
import org.gridbatch.worker.gogo.ScriptOutcome;
import org.gridbatch.worker.gogo.ScriptResult;
import org.gridbatch.worker.gogo.ScriptRun;

/** Scripts that end when the test says so. */
final class FakeScripts implements JobRunner {
    final Map<Long, FakeRun> runs = new LinkedHashMap<>();
    final List<Integer> slots = new ArrayList<>();

    @Override
    public ScriptRun start(Lease lease, int slot) {
        FakeRun run = new FakeRun();
        if (runs.put(lease.leaseId(), run) != null) throw new AssertionError("lease " + lease.leaseId() + " ran twice");
        slots.add(slot);
        return run;
    }

    FakeRun of(long leaseId) {
        FakeRun run = runs.get(leaseId);
        if (run == null) throw new AssertionError("lease " + leaseId + " was not started");
        return run;
    }

    static final class FakeRun implements ScriptRun {
        private final CompletableFuture<ScriptResult> result = new CompletableFuture<>();
        boolean interrupted;
        boolean heeds = true;
        /** All of it in ASCII. */
        String out = "";

        Progress progress = Progress.NONE;
        Map<String, String> notes = Map.of();

        void ends(ScriptOutcome outcome) {
            ends(outcome, Duration.ZERO, outcome == ScriptOutcome.FAILED ? "it failed" : "");
        }

        void ends(ScriptOutcome outcome, Duration delay, String error) {
            result.complete(new ScriptResult(outcome, delay, error, "", CapturedText.NONE, CapturedText.NONE));
        }

        @Override
        public CompletionStage<ScriptResult> result() {
            return result;
        }

        @Override
        public void interrupt() {
            interrupted = true;
            if (heeds) ends(ScriptOutcome.INTERRUPTED);
        }

        @Override
        public String executing() {
            return "sleep 60";
        }

        @Override
        public CapturedText out() {
            return CapturedText.NONE;
        }

        @Override
        public CapturedText err() {
            return CapturedText.NONE;
        }

        @Override
        public LiveText out(long from, int most) {
            int begin = (int) Math.min(from, out.length());
            return new LiveText(begin, out.substring(begin, Math.min(out.length(), begin + most)));
        }

        @Override
        public LiveText err(long from, int most) {
            return new LiveText(from, "");
        }

        @Override
        public Progress progress() {
            return progress;
        }

        @Override
        public Map<String, String> notes() {
            return notes;
        }
    }
}
