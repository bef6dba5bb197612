/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.gridbatch.queue.log.Disk;

/** In what the databases differ. */
enum Dialect {
    H2("org.h2.Driver", "bigint", "character varying", "character large object", "binary large object"),
    POSTGRESQL("org.postgresql.Driver", "int8", "text", "text", "bytea");

    private final String driver;
    private final String bigint;
    private final String text;
    private final String largeText;
    private final String bytes;

    Dialect(String driver, String bigint, String text, String largeText, String bytes) {
        this.driver = driver;
        this.bigint = bigint;
        this.text = text;
        this.largeText = largeText;
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException if there is none for this URL */
    static Dialect of(String url) {
        if (url.startsWith("jdbc:h2:")) return H2;
        if (url.startsWith("jdbc:postgresql:")) return POSTGRESQL;
        throw new IllegalArgumentException("archive.url is '" + url + "', want jdbc:postgresql:… or jdbc:h2:…");
    }

    String driver() {
        return driver;
    }

    String bigint() {
        return bigint;
    }

    String fill(String sql) {
        return sql.replace("${text}", text).replace("${large.text}", largeText).replace("${bytes}", bytes);
    }

    /** With what the URL lacks: a network that swallows everything must not hold up a thread for ever. */
    String complete(String url) {
        if (this == H2)
            return OrderedFiles.url(url.contains("DB_CLOSE_ON_EXIT") ? url : url + ";DB_CLOSE_ON_EXIT=FALSE");
        List<String> missing = new ArrayList<>();
        for (String option : List.of(
                "connectTimeout=10",
                "socketTimeout=90",
                "tcpKeepAlive=true",
                "reWriteBatchedInserts=true",
                "ApplicationName=gridbatch")) {
            if (!url.contains(option.substring(0, option.indexOf('=') + 1))) missing.add(option);
        }
        if (missing.isEmpty()) return url;
        return url + (url.contains("?") ? "&" : "?") + String.join("&", missing);
    }

    /** Makes a commit last: H2 leaves committed data in memory for a while, PostgreSQL never does. */
    void force(Connection connection) throws SQLException {
        if (this != H2) return;
        try (Statement statement = connection.createStatement()) {
            statement.execute("checkpoint sync");
        }
        connection.commit();
    }

    /**
     * Makes the names of the database's files last: H2 forces what it writes into a file, but not the names of the file
     * and of the directories that it made for it, and after a power failure the file could be gone with all that is in it.
     */
    void forceNames(String url) throws IOException {
        if (this != H2 || url.startsWith("jdbc:h2:mem:") || url.startsWith("jdbc:h2:tcp:")) return;
        String file =
                url.substring("jdbc:h2:".length()).replaceFirst("^file:", "").replaceFirst(";.*", "");
        Path directory = Path.of(file).toAbsolutePath().getParent();
        for (; directory != null; directory = directory.getParent()) {
            if (Files.isDirectory(directory)) Disk.forceDirectory(directory);
        }
    }

    /** What a fresh database is told once. */
    void prepare(Connection connection) throws SQLException {
        if (this != H2) return;
        try (Statement statement = connection.createStatement()) {
            // Most scripts are short: beside the row they cost no look-up.
            statement.execute("set max_length_inplace_lob 4096");
        }
    }
}
