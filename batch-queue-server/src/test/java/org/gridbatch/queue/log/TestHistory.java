/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
import org.gridbatch.api.VerdictKind;
import org.gridbatch.queue.archive.ArchiveSettings;
import org.gridbatch.queue.archive.Archiver;
import org.gridbatch.queue.archive.JdbcArchive;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.engine.Settings;
import org.h2.util.OsgiDataSourceFactory;

/** The history of a server beside its log, and a worker that makes final jobs for it and prints what it was answered. */
final class TestHistory implements AutoCloseable {
    static final String NAME = "history";
    /** With a planted bug: what is written to the history is not forced. */
    static final String NOT_FORCED = "history-not-forced";

    /** So few final jobs stay in memory that nearly all of them are in the history only. */
    static final Settings SETTINGS =
            TestServer.settings(5, new Settings.Archiving(true, 10_000, 64 << 20, 1_000, 0, Duration.ofHours(1)));

    private static final Duration KEEP = Duration.ofDays(90);
    private static final int SLOTS = 4;

    private final TestServer server;
    private final JdbcArchive archive;
    private final Archiver archiver;

    TestHistory(TestServer server, Path data, boolean forced) {
        this.server = server;
        archive = archive(data, forced);
        archiver = new Archiver(server.engine, archive, server.log::grid, KEEP, 1_000_000);
        archiver.start();
    }

    static JdbcArchive archive(Path data, boolean forced) {
        String url = "jdbc:h2:file:" + data.toAbsolutePath().resolve("history").resolve("history");
        return new JdbcArchive(new ArchiveSettings(url, "gridbatch", "", 3, KEEP, 1_000_000), (driver, properties) -> {
            DataSource source = new OsgiDataSourceFactory(new org.h2.Driver()).createDataSource(properties);
            return forced ? source : unforced(DataSource.class, source);
        });
    }

    private static <T> T unforced(Class<T> type, Object target) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            if (args != null && args.length == 1 && "checkpoint sync".equals(args[0])) return false;
            try {
                Object value = method.invoke(target, args);
                if (value instanceof Connection && method.getName().equals("getConnection")) {
                    return unforced(Connection.class, value);
                }
                return value != null && method.getReturnType() == Statement.class
                        ? unforced(Statement.class, value)
                        : value;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    /** Claims until the log breaks. Of each four jobs it leaves one without a report. */
    void work(String incarnation) {
        Thread worker = new Thread(() -> claimAndReport(incarnation), "worker of " + incarnation);
        worker.setDaemon(true);
        worker.start();
    }

    private void claimAndReport(String incarnation) {
        int jobs = 0;
        try {
            for (long claim = 1; !server.broken.isDone(); claim++) {
                List<Lease> leases = server.engine
                        .claim(new ClaimRequest(
                                "w1", incarnation, claim, List.of(), "", "", SLOTS, SLOTS, 0, Duration.ofSeconds(1)))
                        .get(20, TimeUnit.SECONDS);
                for (Lease lease : leases) {
                    String id = lease.spec().jobId();
                    System.out.println("leased " + id);
                    if (jobs++ % SLOTS == 3) continue;
                    Result result = server.engine
                            .execute(new Command.End(List.of(report(lease))))
                            .get(20, TimeUnit.SECONDS);
                    VerdictKind verdict =
                            ((Result.Judged) result).verdicts().get(0).kind();
                    if (verdict == VerdictKind.ACCEPTED) System.out.println("completed " + id);
                }
            }
        } catch (Exception e) {
            System.out.println("the worker ends: " + e);
        }
    }

    private static Report report(Lease lease) {
        return new Report(
                "w1",
                lease.leaseId(),
                lease.spec().jobId(),
                ReportKind.COMPLETE,
                Duration.ZERO,
                "",
                "done",
                CapturedText.NONE,
                CapturedText.NONE);
    }

    @Override
    public void close() {
        archiver.close();
        archive.close();
    }
}
