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
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limit;
import org.gridbatch.api.Rate;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.queue.core.Command;

/** Writes the data directory that later versions must read; to be run once for each release, and never again. */
final class ReleaseFixture {
    private ReleaseFixture() {}

    /** @param args a directory that does not exist, such as src/test/data/0.2.0 */
    public static void main(String[] args) throws Exception {
        Path release = Path.of(args[0]);
        Path data = release.resolve("data");
        try (TestServer server = new TestServer(data, 20_000)) {
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
        execute(server, new Command.Submit(List.of(first, second), Command.Room.AMPLE));
        List<Lease> leases = server.engine
                .claim(new ClaimRequest("w1", "i1", 1, List.of(), "", "", 4, 4, 0, Duration.ofSeconds(5)))
                .get(10, TimeUnit.SECONDS);
        ReportKind[] kinds = {ReportKind.COMPLETE, ReportKind.FAIL, ReportKind.SNOOZE, ReportKind.RELEASE};
        for (int i = 0; i < kinds.length; i++) {
            Lease lease = leases.get(i);
            Report report = new Report(
                    "w1",
                    lease.leaseId(),
                    lease.spec().jobId(),
                    kinds[i],
                    Duration.ofDays(300),
                    i == 1 ? "it broke" : "",
                    "result",
                    CapturedText.NONE,
                    CapturedText.NONE);
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

    private static void execute(TestServer server, Command command) throws Exception {
        server.engine.execute(command).get(10, TimeUnit.SECONDS);
    }
}
