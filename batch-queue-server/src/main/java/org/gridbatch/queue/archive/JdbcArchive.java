/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Predicate;
import org.gridbatch.api.AuditPage;
import org.gridbatch.api.AuditQuery;
import org.gridbatch.api.BatchException;
import org.gridbatch.api.FinalPage;
import org.gridbatch.api.HistoryPage;
import org.gridbatch.api.HistoryQuery;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobView;
import org.gridbatch.queue.core.Place;
import org.gridbatch.queue.core.Unarchived;

/** The archive in a database, through a pool of connections that outlives the database's outages. */
public final class JdbcArchive implements Archive {
    private static final long CONNECT_TIMEOUT_MILLIS = 10_000;
    /** How PostgreSQL calls a statement whose time was up. */
    private static final String CANCELLED = "57014";

    private final ArchiveSettings settings;
    private final DataSources dataSources;
    private final Dialect dialect;
    private HikariDataSource pool;
    private boolean closed;
    private volatile String grid = "";

    /** @throws IllegalArgumentException if there is no such kind of database */
    public JdbcArchive(ArchiveSettings settings, DataSources dataSources) {
        this.settings = settings;
        this.dataSources = dataSources;
        this.dialect = Dialect.of(settings.url());
    }

    /** @throws IllegalArgumentException if there is no such kind of database */
    public static void check(String url) {
        Dialect.of(url);
    }

    private interface Work<T> {
        T in(Connection connection) throws SQLException, ArchiveException;
    }

    @Override
    public long open(String id) throws ArchiveException {
        long at = transaction(connection -> {
            Migrations.apply(connection, dialect);
            long position = position(connection, id);
            grid = id;
            return position;
        });
        try {
            dialect.forceNames(settings.url());
        } catch (IOException e) {
            grid = "";
            throw new ArchiveException("the names of its files cannot be forced: " + e.getMessage(), e);
        }
        return at;
    }

    private long position(Connection connection, String id) throws SQLException, ArchiveException {
        try (PreparedStatement select =
                        connection.prepareStatement("select grid, archived_through from gridbatch_archive");
                ResultSet row = select.executeQuery()) {
            if (row.next()) {
                if (row.getString(1).equals(id)) return row.getLong(2);
                throw new ArchiveException(
                        "it is the archive of grid " + row.getString(1) + ", and this is grid " + id
                                + ": give each grid a database or a schema of its own",
                        null);
            }
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into gridbatch_archive (grid, archived_through, jobs) values (?, 0, 0)")) {
            insert.setString(1, id);
            insert.executeUpdate();
            return 0;
        }
    }

    @Override
    public void write(Unarchived some) throws ArchiveException {
        transaction(connection -> {
            JobRows rows = new JobRows(connection, dialect);
            int added = rows.replace(some.jobs());
            AuditRows.replace(connection, some.audits());
            note(connection, some.through(), added);
            return null;
        });
    }

    private void note(Connection connection, long through, int added) throws SQLException, ArchiveException {
        try (PreparedStatement update = connection.prepareStatement(
                "update gridbatch_archive set archived_through = ?, jobs = jobs + ? where grid = ?")) {
            update.setLong(1, through);
            update.setInt(2, added);
            update.setString(3, grid);
            if (update.executeUpdate() != 1) {
                throw new ArchiveException("it is no more the archive of grid " + grid + ": was it replaced?", null);
            }
        }
    }

    @Override
    public boolean prune(Instant before, long keepJobs, int most) throws ArchiveException {
        return transaction(connection -> {
            JobRows rows = new JobRows(connection, dialect);
            int old = rows.deleteBefore(before, most);
            long count = count(connection) - old;
            int surplus = (int) Math.min(most, Math.max(0, count - keepJobs));
            int removed = old + rows.deleteOldest(surplus);
            int records = AuditRows.deleteBefore(connection, before, most);
            if (removed > 0) notePruned(connection, removed, rows.lastDeleted());
            return old == most || surplus == most || records == most;
        });
    }

    private static long count(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select jobs from gridbatch_archive");
                ResultSet row = select.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static void notePruned(Connection connection, int jobs, Place last) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update gridbatch_archive set jobs = jobs - ?, pruned_millis = ?, pruned_sequence = ?")) {
            update.setInt(1, jobs);
            update.setLong(2, last.millis());
            update.setLong(3, last.sequence());
            update.executeUpdate();
        }
    }

    private static Place pruned(Connection connection) throws SQLException {
        try (PreparedStatement select =
                        connection.prepareStatement("select pruned_millis, pruned_sequence from gridbatch_archive");
                ResultSet row = select.executeQuery()) {
            return row.next() ? new Place(row.getLong(1), row.getLong(2)) : Place.BEGINNING;
        }
    }

    @Override
    public HistoryPage find(HistoryQuery query) throws ArchiveException {
        return read(connection -> HistorySearch.find(connection, query));
    }

    @Override
    public FinalPage finals(Place after, Place through, Predicate<JobView> wanted, int most) throws ArchiveException {
        return read(connection -> {
            // Asked after the search: what was pruned meanwhile may be missing in it.
            FinalPage page = HistorySearch.finals(connection, after, through, wanted, most);
            return pruned(connection).compareTo(after) > 0 ? new FinalPage(page.jobs(), page.next(), true) : page;
        });
    }

    @Override
    public Optional<JobDetail> get(String jobId) throws ArchiveException {
        return read(connection -> HistorySearch.get(connection, jobId));
    }

    @Override
    public AuditPage audit(AuditQuery query) throws ArchiveException {
        return read(connection -> AuditRows.find(connection, query));
    }

    private <T> T read(Work<T> work) throws ArchiveException {
        if (grid.isEmpty()) throw new ArchiveException("it is not open yet", null);
        return run(work, false);
    }

    private <T> T transaction(Work<T> work) throws ArchiveException {
        return run(work, true);
    }

    private <T> T run(Work<T> work, boolean writes) throws ArchiveException {
        try (Connection connection = pool().getConnection()) {
            boolean done = false;
            try {
                T value = work.in(connection);
                connection.commit();
                if (writes) dialect.force(connection);
                done = true;
                return value;
            } finally {
                if (!done) rollBack(connection);
            }
        } catch (SQLException e) {
            boolean late = !writes && (e instanceof SQLTimeoutException || CANCELLED.equals(e.getSQLState()));
            throw new ArchiveException(
                    late ? "the search took too long: ask for a queue or a shorter time" : root(e), e);
        } catch (BatchException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new ArchiveException(e.toString(), e);
        }
    }

    private static void rollBack(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // The connection is broken, and the transaction with it: what failed first is what is reported.
        }
    }

    /** The pool's own message says only that no connection came; the cause says why. */
    private static String root(SQLException e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) root = root.getCause();
        return String.valueOf(root.getMessage()).lines().findFirst().orElse(root.toString());
    }

    private synchronized HikariDataSource pool() throws SQLException {
        if (closed) throw new SQLException("the archive is closed");
        if (pool == null) {
            Properties properties = new Properties();
            properties.setProperty("url", dialect.complete(settings.url()));
            if (!settings.user().isEmpty()) properties.setProperty("user", settings.user());
            if (!settings.password().isEmpty()) properties.setProperty("password", settings.password());
            HikariConfig config = new HikariConfig();
            config.setDataSource(dataSources.create(dialect.driver(), properties));
            config.setPoolName("queue-server archive");
            config.setMaximumPoolSize(settings.poolSize());
            config.setMinimumIdle(1);
            config.setAutoCommit(false);
            config.setConnectionTimeout(CONNECT_TIMEOUT_MILLIS);
            // It starts without the database as it goes on without it.
            config.setInitializationFailTimeout(-1);
            pool = new HikariDataSource(config);
        }
        return pool;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (pool != null) pool.close();
    }
}
