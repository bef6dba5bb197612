/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.Canary;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limit;
import org.gridbatch.api.Rate;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.ScheduleSpec;
import org.gridbatch.api.Unique;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Items;
import org.gridbatch.queue.core.Result;

/** Writes the data directory that later versions must read; to be run once for each release, and never again. */
final class ReleaseFixture {
    private ReleaseFixture() {}

    /** @param args a directory that does not exist, such as src/test/data/0.2.0 */
    public static void main(String[] args) throws Exception {
        Path release = Path.of(args[0]);
        Path data = release.resolve("data");
        try (TestServer server = new TestServer(data, 20_000)) {
            // First, so that the snapshot has them too.
            addArrays(server);
            addSchedules(server);
            for (int i = 0; i < 40; i++) server.submit("job-" + i);
            while (!hasSnapshot(data)) Thread.sleep(10);
            change(server);
        }
        try (var files = Files.walk(data)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.equals("in_use.lock") || name.equals("lock")) Files.delete(file);
            }
        }
        Files.writeString(release.resolve("state.sha256"), Replay.hash(data, false) + "\n");
    }

    private static boolean hasSnapshot(Path data) throws Exception {
        try (var files = Files.walk(data)) {
            return files.anyMatch(file -> file.toString().endsWith(".md5"));
        }
    }

    private static void change(TestServer server) throws Exception {
        JobSpec first = JobSpec.script("echo \u00e4 \u4e2d")
                .jobId("of-a-tenant")
                .queue("mail")
                .tenant("shop")
                .priority(3)
                .build();
        JobSpec second = JobSpec.script("echo")
                .jobId("that-waits")
                .after(List.of(Dependency.completed("of-a-tenant")))
                .build();
        execute(server, new Command.Submit(List.of(first, second), Command.Room.AMPLE, "somebody"));
        List<Lease> leases = server.engine
                .claim(new ClaimRequest("w1", "i1", 2, List.of("default"), "", "", 4, 4, 0, Duration.ofSeconds(5)))
                .get(10, TimeUnit.SECONDS);
        ReportKind[] kinds = {ReportKind.COMPLETE, ReportKind.FAIL, ReportKind.SNOOZE, ReportKind.RELEASE};
        for (int i = 0; i < kinds.length; i++) {
            Report report = report(leases.get(i), kinds[i], i == 1 ? "it broke" : "");
            execute(server, new Command.End(List.of(report)));
        }
        execute(server, new Command.Cancel(List.of("job-30"), "not wanted", "somebody"));
        execute(server, new Command.Snooze(List.of("job-31"), Duration.ofDays(300), "somebody"));
        execute(server, new Command.Retry(List.of("job-30"), Command.Room.AMPLE, "somebody"));
        execute(server, new Command.Pause("mail", true, "somebody"));
        execute(server, new Command.Weigh("shop", 3, "somebody"));
        execute(server, new Command.Restrict("db", new Limit(2, new Rate(10, Duration.ofMinutes(1))), "somebody"));
        execute(server, new Command.Drain("w2", true, "somebody"));
    }

    /** One that is sealed and untouched, one whose items have begun and ended, and one that is open. */
    private static void addArrays(TestServer server) throws Exception {
        for (String id : List.of("array-sealed", "array-touched", "array-open")) {
            boolean open = id.equals("array-open");
            ArraySpec spec = new ArraySpec(
                    JobSpec.script("echo $it")
                            .jobId(id)
                            .queue(id)
                            .exclusiveKey(open ? "" : "site-")
                            .build(),
                    16,
                    !open,
                    Canary.NONE,
                    JobSpec.script("echo all").jobId(id + "-then").build(),
                    "");
            execute(server, new Command.OpenArray(spec, Items.NONE, Command.Room.AMPLE));
            Items items = Items.of(open ? List.of("a", "", "gr\u00f6\u00dfer", "d") : List.of("a", "b", "c", "d"));
            execute(server, new Command.AddItems(id, 0, items, Command.Room.AMPLE));
            if (!open) execute(server, new Command.SealArray(id, 4));
        }
        List<Lease> leases = server.engine
                .claim(new ClaimRequest(
                        "w1", "i1", 1, List.of("array-touched"), "", "", 2, 4, 0, Duration.ofSeconds(5)))
                .get(10, TimeUnit.SECONDS);
        execute(server, new Command.End(List.of(report(leases.get(0), ReportKind.COMPLETE, ""))));
        execute(server, new Command.ThrottleArray("array-touched", 3, "somebody"));
    }

    private static void addSchedules(TestServer server) throws Exception {
        long later = System.currentTimeMillis() + Duration.ofDays(300).toMillis();
        for (String name : List.of("nightly", "paused")) {
            ScheduleSpec spec = new ScheduleSpec(
                    name,
                    "0 2 * * MON-FRI",
                    "Europe/Zurich",
                    JobSpec.script("echo report").queue("reports").build(),
                    ScheduleSpec.Missed.ALL,
                    ScheduleSpec.Overlap.ONE);
            execute(server, new Command.PutSchedule(spec, later, 10, 1_000_000, "somebody"));
        }
        execute(server, new Command.PauseSchedule("paused", true, "somebody"));
        execute(server, new Command.RunSchedule("nightly", "run-now", Command.Room.AMPLE, "somebody"));
        JobSpec unique = JobSpec.script("echo once")
                .jobId("unique-1")
                .queue("reports")
                .unique(new Unique("only-one", Duration.ofDays(300)))
                .build();
        execute(server, new Command.Submit(List.of(unique), Command.Room.AMPLE));
    }

    private static Report report(Lease lease, ReportKind kind, String error) {
        return new Report(
                "w1",
                lease.leaseId(),
                lease.spec().jobId(),
                kind,
                Duration.ofDays(300),
                error,
                "result",
                CapturedText.NONE,
                CapturedText.NONE);
    }

    private static void execute(TestServer server, Command command) throws Exception {
        Result result = server.engine.execute(command).get(10, TimeUnit.SECONDS);
        if (result instanceof Result.Refused) throw new IllegalStateException(command + ": " + result);
    }
}
