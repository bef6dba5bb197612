/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the tables to this version: the files {@code 1.sql}, {@code 2.sql} and so on beside this class, each once and
 * in a transaction of its own with the note that it was. H2 commits each definition at once, so a file must bear being
 * started again.
 */
final class Migrations {
    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);
    private static final int NEWEST = 5;

    private Migrations() {}

    /** @throws ArchiveException if a newer version has been here */
    static void apply(Connection connection, Dialect dialect) throws SQLException, ArchiveException {
        dialect.prepare(connection);
        execute(connection, "create table if not exists gridbatch_schema (version integer not null primary key)");
        int version = version(connection);
        if (version > NEWEST) {
            throw new ArchiveException(
                    "its tables have version " + version + ", want at most " + NEWEST
                            + ": use the version of Gridbatch that made them, or a newer one",
                    null);
        }
        connection.commit();
        for (int next = version + 1; next <= NEWEST; next++) {
            for (String statement : dialect.fill(read(next)).split(";\\s*\n")) {
                if (!statement.isBlank()) execute(connection, statement);
            }
            try (PreparedStatement note = connection.prepareStatement("insert into gridbatch_schema values (?)")) {
                note.setInt(1, next);
                note.executeUpdate();
            }
            connection.commit();
            LOG.info("the archive's tables are at version {}", next);
        }
    }

    private static int version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select coalesce(max(version), 0) from gridbatch_schema")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String read(int version) {
        try (InputStream in = Migrations.class.getResourceAsStream(version + ".sql")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
