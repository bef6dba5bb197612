/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.remote;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.gridbatch.api.FinalJobs;
import org.gridbatch.api.History;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.LiveJobs;
import org.gridbatch.api.Operations;
import org.gridbatch.api.Schedules;
import org.gridbatch.api.WorkQueue;
import org.gridbatch.queue.archive.ArchiveSettings;
import org.gridbatch.queue.archive.Archiver;
import org.gridbatch.queue.archive.HistoryReads;
import org.gridbatch.queue.archive.JdbcArchive;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.engine.QueueEngine;
import org.gridbatch.queue.engine.Settings;
import org.gridbatch.queue.engine.Threads;
import org.gridbatch.queue.engine.Ticker;
import org.gridbatch.queue.log.RatisLog;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.jdbc.DataSourceFactory;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the queue where it is configured to. A thread of its own opens the log, registers the queue for export when it
 * is ready, and starts anew when the log breaks or could not be opened; so a full disk that is full no more, or a
 * directory that another process has left, needs nobody to restart anything.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = "org.gridbatch.queue",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = QueueServerConfig.class)
public final class QueueServer {
    private static final Logger LOG = LoggerFactory.getLogger(QueueServer.class);
    private static final Duration RESTART_PAUSE = Duration.ofSeconds(10);
    private static final String NO_ARCHIVE = "none";
    private static final int MAX_AUDITS_WAITING = 100_000;
    private static final Duration DRAIN = Duration.ofSeconds(5);
    /** Longer than the longest wait of a call, so that a parked claim is answered and not cut off. */
    private static final long CALL_TIMEOUT_MILLIS = 90_000;

    /** What is called for every job. */
    private static final String[] DIRECT_METHODS = {"submit", "await", "advertise", "claim", "heartbeat", "report"};

    private final BundleContext context;
    private final Path dataDir;
    private final Settings settings;
    private final ArchiveSettings archiveSettings;
    private final long snapshotBytes;
    private final Duration startTimeout;
    private final String[] exportedConfigs;
    private volatile String problem = "";
    private volatile QueueEngine serving;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;
    private final ServiceRegistration<?> health;

    /** @throws IllegalArgumentException if the configuration is wrong; the message names the key */
    @Activate
    public QueueServer(BundleContext context, QueueServerConfig config) {
        this.context = context;
        this.dataDir = Path.of(text("data.dir", config.data_dir()));
        long heap = Runtime.getRuntime().maxMemory();
        Command.Room room = new Command.Room(
                range("max.jobs.per.queue", config.max_jobs_per_queue(), 1, 100_000_000),
                range("max.jobs", config.max_jobs(), 1, 100_000_000),
                megabytes("max.jobs.mb", config.max_jobs_mb(), heap / 2),
                range("max.tenants", config.max_tenants(), 1, 1_000_000),
                range("max.shapes", config.max_shapes(), 1, 100_000),
                range("max.dependents", config.max_dependents(), 1, 1_000_000),
                range("max.unique.keys", config.max_unique_keys(), 1, 10_000_000));
        this.settings = new Settings(
                Duration.ofSeconds(range("lease.seconds", config.lease_seconds(), 2, 3_600)),
                range("max.rescues", config.max_rescues(), 0, 1_000),
                range("max.script.bytes", config.max_script_bytes(), 1, 4 << 20),
                room,
                range("keep.final.jobs", config.keep_final_jobs(), 0, 100_000_000),
                Duration.ofHours(range("keep.final.hours", config.keep_final_hours(), 1, 87_600)),
                megabytes("keep.final.mb", config.keep_final_mb(), heap / 4),
                archiving(config, heap),
                Settings.Bounds.DEFAULT);
        this.archiveSettings = archiveSettings(config, dataDir);
        this.snapshotBytes = (long) range("snapshot.mb", config.snapshot_mb(), 1, 65_536) << 20;
        this.startTimeout =
                Duration.ofSeconds(range("start.timeout.seconds", config.start_timeout_seconds(), 5, 86_400));
        this.exportedConfigs = config.exported_configs().clone();
        if (exportedConfigs.length == 0) {
            throw new IllegalArgumentException("exported.configs is empty, want a provider such as gridbatch.grpc");
        }
        this.health = context.registerService(
                Supplier.class, this::health, new Hashtable<>(Map.of("gridbatch.health", "running")));
        this.thread = new Thread(this::run, "queue-server");
        thread.setDaemon(true);
        thread.start();
    }

    private static Settings.Archiving archiving(QueueServerConfig config, long heap) {
        return new Settings.Archiving(
                !NO_ARCHIVE.equals(config.archive_url()),
                range("archive.outbox.jobs", config.archive_outbox_jobs(), 1, 100_000_000),
                megabytes("archive.outbox.mb", config.archive_outbox_mb(), heap / 4),
                MAX_AUDITS_WAITING,
                range("known.ids", config.known_ids(), 0, 5_000_000),
                Duration.ofHours(range("known.hours", config.known_hours(), 1, 87_600)));
    }

    /** Null if there is to be no archive. */
    private static ArchiveSettings archiveSettings(QueueServerConfig config, Path dataDir) {
        int pool = range("archive.pool.size", config.archive_pool_size(), 2, 64);
        Duration keepFor = Duration.ofDays(range("archive.keep.days", config.archive_keep_days(), 1, 36_500));
        int keepJobs = range("archive.keep.jobs", config.archive_keep_jobs(), 1, 2_000_000_000);
        String url = config.archive_url();
        if (url.equals(NO_ARCHIVE)) return null;
        if (url.isEmpty()) {
            Path file = dataDir.toAbsolutePath().resolve("history").resolve("history");
            return new ArchiveSettings("jdbc:h2:file:" + file, "gridbatch", "", pool, keepFor, keepJobs);
        }
        JdbcArchive.check(url);
        return new ArchiveSettings(url, config.archive_user(), config.archive_password(), pool, keepFor, keepJobs);
    }

    /** What is wrong now, for the node's health; no lines if nothing is. */
    private List<String> health() {
        QueueEngine engine = serving;
        String now = engine == null || !problem.isEmpty() ? problem : engine.problem();
        return now == null || now.isEmpty() ? List.of() : List.of("org.gridbatch.queue: " + now);
    }

    /** Withdraws the queue first, so that callers look for another one, and returns when all is closed. */
    @Deactivate
    void deactivate() throws InterruptedException {
        stop.countDown();
        health.unregister();
        thread.join(TimeUnit.SECONDS.toMillis(60));
        if (thread.isAlive()) {
            LOG.warn("the queue-server of {} has not stopped yet; it goes on stopping", dataDir);
        }
    }

    private void run() {
        try {
            while (stop.getCount() > 0) {
                serve();
                if (stop.await(0, TimeUnit.SECONDS)) break;
                LOG.warn("the queue-server of {} starts anew in {} s", dataDir, RESTART_PAUSE.toSeconds());
                stop.await(RESTART_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One life of the queue: from the log's opening to its end, wanted or not. */
    private void serve() throws InterruptedException {
        long start = System.nanoTime();
        CompletableFuture<Throwable> broken = new CompletableFuture<>();
        Threads threads = new Threads();
        RatisLog log = new RatisLog(dataDir, snapshotBytes, startTimeout);
        QueueEngine engine = new QueueEngine(
                settings,
                log,
                Ticker.system(),
                threads.core(),
                threads.answers(),
                new SecureRandom().nextLong(),
                broken::complete);
        ServiceRegistration<?> registration = null;
        ServedHistory history = archiveSettings == null ? null : new ServedHistory(engine, log);
        boolean open = false;
        try {
            CompletableFuture<Void> ready = engine.start();
            open = true;
            ready.get(startTimeout.toMillis(), TimeUnit.MILLISECONDS);
            if (stop.getCount() == 0) return;
            threads.tick(engine);
            if (history != null) history.archiver.start();
            // Not that it is ready for others: that is for the provider to say, whose port may be in use.
            LOG.info(
                    "the queue of grid {} is open after {} ms, term {}, data in {}; now it is exported",
                    log.grid(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                    log.term(),
                    dataDir.toAbsolutePath());
            registration = register(engine, threads, log, history);
            serving = engine;
            problem = "";
            awaitStopOr(broken);
            if (broken.isDone()) problem = String.valueOf(broken.join().getMessage());
        } catch (IOException e) {
            problem = e.getMessage();
            LOG.error("the queue-server cannot start: {}", e.getMessage(), e);
        } catch (ExecutionException | TimeoutException | RuntimeException | Error e) {
            // An error as well: without this thread nothing would start the queue anew, or say that it is gone.
            problem = "the queue-server cannot run with the data in " + dataDir + ": " + e;
            LOG.error("the queue-server cannot run with the data in {}", dataDir, e);
        } finally {
            serving = null;
            close(registration, engine, log, history, open, threads);
        }
    }

    private void awaitStopOr(CompletableFuture<Throwable> broken) throws InterruptedException {
        broken.thenRun(() -> LOG.warn("the queue of {} is withdrawn", dataDir));
        while (!broken.isDone() && !stop.await(100, TimeUnit.MILLISECONDS)) {
            // Both ends are looked at ten times a second: neither a latch nor a stage can wait for the other.
        }
    }

    private ServiceRegistration<?> register(QueueEngine engine, Threads threads, RatisLog log, ServedHistory history) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("service.exported.interfaces", "*");
        properties.put("service.exported.configs", exportedConfigs);
        properties.put("gridbatch.grpc.timeout.millis", CALL_TIMEOUT_MILLIS);
        // They only put something into a queue, and their stages are completed on a thread that is there for that.
        properties.put("gridbatch.grpc.direct", DIRECT_METHODS.clone());
        properties.put(JobQueue.GRID, log.grid());
        properties.put(JobQueue.TERM, log.term());
        properties.put(Constants.SERVICE_RANKING, (int) Math.min(Integer.MAX_VALUE, log.term()));
        return context.registerService(
                new String[] {
                    JobQueue.class.getName(),
                    WorkQueue.class.getName(),
                    Operations.class.getName(),
                    History.class.getName(),
                    Schedules.class.getName(),
                    LiveJobs.class.getName(),
                    FinalJobs.class.getName()
                },
                new QueueService(engine, settings, threads.times(), history == null ? null : history.reads),
                properties);
    }

    private void close(
            ServiceRegistration<?> registration,
            QueueEngine engine,
            RatisLog log,
            ServedHistory history,
            boolean open,
            Threads threads) {
        if (registration != null) {
            try {
                registration.unregister();
            } catch (IllegalStateException e) {
                // The framework was faster: it stops, and has withdrawn the service itself.
            }
        }
        if (history != null) history.close();
        try {
            engine.stop().get(DRAIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("some calls were still waiting for the disk; their callers do not know what became of them", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (open) log.close();
        threads.close();
    }

    /** The archive of one life of the queue, who writes it, and who reads it. */
    private final class ServedHistory implements AutoCloseable {
        final JdbcArchive archive = new JdbcArchive(archiveSettings, QueueServer.this::dataSource);
        final HistoryReads reads = new HistoryReads(archive, archiveSettings.poolSize() - 1);
        final Archiver archiver;

        ServedHistory(QueueEngine engine, RatisLog log) {
            archiver = new Archiver(engine, archive, log::grid, archiveSettings.keepFor(), archiveSettings.keepJobs());
        }

        @Override
        public void close() {
            archiver.close();
            archive.close();
            reads.close();
        }
    }

    /** Drivers are services of their bundles, which may start later than this one. */
    private DataSource dataSource(String driver, Properties properties) throws SQLException {
        try {
            String filter = "(" + DataSourceFactory.OSGI_JDBC_DRIVER_CLASS + "=" + driver + ")";
            for (ServiceReference<DataSourceFactory> reference :
                    context.getServiceReferences(DataSourceFactory.class, filter)) {
                DataSourceFactory factory = context.getService(reference);
                if (factory != null) return factory.createDataSource(properties);
            }
            throw new SQLException("no bundle of this node offers the driver " + driver);
        } catch (InvalidSyntaxException | IllegalStateException e) {
            throw new SQLException("the driver " + driver + " cannot be looked for: " + e.getMessage(), e);
        }
    }

    private static String text(String key, String value) {
        if (value == null || value.isBlank()) throw new IllegalArgumentException(key + " is missing, want a directory");
        return value;
    }

    private static int range(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " is " + value + ", want " + least + " to " + most);
        }
        return value;
    }

    private static long megabytes(String key, int value, long whenZero) {
        return value == 0 ? whenZero : (long) range(key, value, 1, 1 << 20) << 20;
    }
}
