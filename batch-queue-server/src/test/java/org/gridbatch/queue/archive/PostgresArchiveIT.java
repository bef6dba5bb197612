/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.gridbatch.api.HistoryQuery;
import org.gridbatch.api.JobSpec;
import org.junit.After;
import org.junit.AfterClass;
import org.junit.Assume;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.postgresql.osgi.PGDataSourceFactory;

/** Against a real PostgreSQL, whose programs come as a library; those are for Linux. */
public class PostgresArchiveIT extends ArchiveContract {
    private static final AtomicInteger SCHEMAS = new AtomicInteger();
    private static EmbeddedPostgres postgres;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private JdbcArchive archive;

    @BeforeClass
    public static void start() throws IOException {
        Assume.assumeTrue(System.getProperty("os.name").equals("Linux"));
        postgres = EmbeddedPostgres.builder().start();
    }

    @AfterClass
    public static void stop() throws IOException {
        if (postgres != null) postgres.close();
    }

    @Before
    public void open() throws Exception {
        String schema = "s" + SCHEMAS.incrementAndGet();
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create schema " + schema);
        }
        archive = at(postgres.getPort(), schema);
        archive.open("grid");
    }

    @After
    public void close() {
        if (archive != null) archive.close();
    }

    static JdbcArchive at(int port, String schema) {
        return at("jdbc:postgresql://localhost:" + port + "/postgres?currentSchema=" + schema);
    }

    private static JdbcArchive at(String url) {
        return new JdbcArchive(
                new ArchiveSettings(url, "postgres", "postgres", 3, Duration.ofDays(90), 1_000_000),
                (driver, properties) -> new PGDataSourceFactory().createDataSource(properties));
    }

    @Override
    JdbcArchive archive() {
        return archive;
    }

    @Override
    Connection connection() throws SQLException {
        Connection connection = postgres.getPostgresDatabase().getConnection();
        connection.setSchema("s" + SCHEMAS.get());
        return connection;
    }

    @Test
    public void aSearchThatTakesTooLongSaysWhatToDo() throws Exception {
        try (JdbcArchive hurried = at("jdbc:postgresql://localhost:" + postgres.getPort()
                        + "/postgres?currentSchema=hurried&options=-c%20statement_timeout=300");
                Connection other = postgres.getPostgresDatabase().getConnection();
                Statement statement = other.createStatement()) {
            statement.execute("create schema hurried");
            hurried.open("grid");
            other.setAutoCommit(false);
            statement.execute("lock table hurried.gridbatch_job in access exclusive mode");
            ArchiveException e = assertThrows(ArchiveException.class, () -> hurried.find(HistoryQuery.ALL));
            assertEquals("the search took too long: ask for a queue or a shorter time", e.getMessage());
        }
    }

    @Test
    public void itGoesOnWhenTheDatabaseIsBack() throws Exception {
        Path data = folder.newFolder("postgres").toPath();
        EmbeddedPostgres first = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .start();
        int port = first.getPort();
        Finals finals = new Finals();
        try (JdbcArchive mine = at(port, "public")) {
            try {
                mine.open("grid");
                finals.completed(JobSpec.script("echo").jobId("job-1").build(), "");
                finals.archiveTo(mine);
            } finally {
                first.close();
            }
            finals.completed(JobSpec.script("echo").jobId("job-2").build(), "");
            assertThrows(ArchiveException.class, () -> finals.archiveTo(mine));
            assertThrows(ArchiveException.class, () -> mine.open("grid"));
            EmbeddedPostgres second = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .start();
            try {
                assertEquals(1, mine.open("grid"));
                finals.archiveTo(mine);
                assertEquals(2, mine.find(HistoryQuery.ALL).jobs().size());
            } finally {
                second.close();
            }
        }
    }
}
