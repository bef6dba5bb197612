/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.gridbatch.api.HistoryQuery;
import org.gridbatch.api.JobSpec;
import org.h2.util.OsgiDataSourceFactory;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class H2ArchiveTest extends ArchiveContract {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private JdbcArchive archive;

    static JdbcArchive at(Path file) {
        return new JdbcArchive(
                new ArchiveSettings("jdbc:h2:file:" + file, "gridbatch", "", 3, Duration.ofDays(90), 1_000_000),
                (driver, properties) -> new OsgiDataSourceFactory(new org.h2.Driver()).createDataSource(properties));
    }

    @Before
    public void open() throws Exception {
        archive = at(folder.getRoot().toPath().resolve("history"));
        archive.open("grid");
    }

    @After
    public void close() {
        archive.close();
    }

    @Override
    JdbcArchive archive() {
        return archive;
    }

    @Override
    Connection connection() throws SQLException {
        return new org.h2.Driver()
                .connect(
                        OrderedFiles.url(
                                "jdbc:h2:file:" + folder.getRoot().toPath().resolve("history")),
                        user());
    }

    private static Properties user() {
        Properties user = new Properties();
        user.setProperty("user", "gridbatch");
        return user;
    }

    @Test
    public void whatIsWrittenIsInTheFileWhenTheProcessIsKilled() throws Exception {
        Finals finals = new Finals();
        for (int i = 0; i < 50; i++) {
            finals.completed(JobSpec.script("echo " + i).jobId("job-" + i).build(), "out");
            finals.archiveTo(archive);
            // The bytes that another process finds now are those that are left of one that was killed.
            if (i % 10 != 9) continue;
            Path copy = folder.newFolder().toPath();
            Files.copy(folder.getRoot().toPath().resolve("history.mv.db"), copy.resolve("history.mv.db"));
            try (JdbcArchive left = at(copy.resolve("history"))) {
                assertEquals(i + 1, left.open("grid"));
                assertEquals(i + 1, left.find(HistoryQuery.ALL).jobs().size());
            }
        }
    }

    @Test
    public void aClosedOneSaysSo() throws Exception {
        archive.close();
        assertEquals(
                "the archive is closed",
                assertThrows(ArchiveException.class, () -> archive.find(HistoryQuery.ALL))
                        .getMessage());
    }

    @Test
    public void anUnknownKindOfDatabaseIsRefused() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> JdbcArchive.check("jdbc:mysql:x"));
        assertTrue(e.getMessage(), e.getMessage().startsWith("archive.url is 'jdbc:mysql:x', want jdbc:postgresql:"));
    }
}
