/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.remote;

import java.nio.file.Path;
import java.time.Duration;
import org.gridbatch.queue.archive.ArchiveSettings;
import org.gridbatch.queue.archive.HistoryReads;
import org.gridbatch.queue.archive.JdbcArchive;
import org.gridbatch.queue.engine.QueueEngine;
import org.gridbatch.queue.engine.Ticker;
import org.h2.util.OsgiDataSourceFactory;
import org.junit.rules.TemporaryFolder;

/** A queue in memory with a history on disk, which gets what a test writes to it. */
final class HistoryFixture extends TemporaryFolder {
    QueueEngine engine;
    JdbcArchive archive;
    QueueService service;
    private HistoryReads reads;

    @Override
    protected void before() throws Throwable {
        super.before();
        engine = new QueueEngine(
                QueueServiceTest.SETTINGS,
                new QueueServiceTest.ImmediateLog(),
                Ticker.system(),
                Runnable::run,
                Runnable::run,
                1,
                e -> {});
        engine.start();
        Path file = getRoot().toPath().resolve("history");
        archive = new JdbcArchive(
                new ArchiveSettings("jdbc:h2:file:" + file, "gridbatch", "", 3, Duration.ofDays(90), 1_000_000),
                (driver, properties) -> new OsgiDataSourceFactory(new org.h2.Driver()).createDataSource(properties));
        archive.open("grid");
        reads = new HistoryReads(archive, 1);
        service = new QueueService(engine, QueueServiceTest.SETTINGS, Runnable::run, reads);
    }

    @Override
    protected void after() {
        archive.close();
        reads.close();
        super.after();
    }
}
