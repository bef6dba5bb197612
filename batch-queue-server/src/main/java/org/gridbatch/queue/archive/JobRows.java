/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.gridbatch.api.ArrayView;
import org.gridbatch.api.AttemptView;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.queue.core.Place;
import org.gridbatch.queue.core.Unarchived;
import org.gridbatch.queue.log.SpecBytes;

/**
 * Writes and deletes jobs with their attempts and tags. A job is found by its sequence and its id: a data directory that
 * was put back from a backup gives sequences a second time, and must not replace other jobs.
 */
final class JobRows {
    private record Key(long sequence, String jobId) {}

    private final Connection connection;
    private final Dialect dialect;
    private Place lastDeleted = Place.BEGINNING;

    JobRows(Connection connection, Dialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
    }

    /** Returns by how many there are more now. */
    int replace(List<Unarchived.Final> jobs) throws SQLException {
        if (jobs.isEmpty()) return 0;
        // A job that was amended between two reads of the outbox stands there once, with its newest content.
        Map<Key, Unarchived.Final> byKey =
                new TreeMap<>(Comparator.comparingLong(Key::sequence).thenComparing(Key::jobId));
        for (Unarchived.Final job : jobs) {
            byKey.put(new Key(job.sequence(), job.detail().view().jobId()), job);
        }
        List<Key> present = present(byKey.keySet());
        delete(present);
        insert(byKey.values());
        return byKey.size() - present.size();
    }

    private List<Key> present(Set<Key> keys) throws SQLException {
        Object[] sequences = keys.stream().map(Key::sequence).toArray();
        Array array = connection.createArrayOf(dialect.bigint(), sequences);
        List<Key> present = new ArrayList<>();
        try (PreparedStatement select =
                connection.prepareStatement("select sequence, job_id from gridbatch_job where sequence = any(?)")) {
            select.setArray(1, array);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    Key key = new Key(row.getLong(1), row.getString(2));
                    if (keys.contains(key)) present.add(key);
                }
            }
        } finally {
            array.free();
        }
        return present;
    }

    int deleteBefore(Instant time, int most) throws SQLException {
        return deleteFirst("where final_at < ? order by final_at, sequence", time, most);
    }

    int deleteOldest(int most) throws SQLException {
        return most == 0 ? 0 : deleteFirst("where final_at >= ? order by final_at, sequence", Instant.EPOCH, most);
    }

    /** The place of the last job that was deleted as one of the oldest. */
    Place lastDeleted() {
        return lastDeleted;
    }

    private int deleteFirst(String which, Instant time, int most) throws SQLException {
        List<Key> keys = new ArrayList<>();
        try (PreparedStatement select =
                connection.prepareStatement("select sequence, job_id, final_at from gridbatch_job " + which
                        + " fetch first " + most + " rows only")) {
            select.setObject(1, Times.of(time));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    keys.add(new Key(row.getLong(1), row.getString(2)));
                    lastDeleted = new Place(Times.read(row, 3).toEpochMilli(), row.getLong(1));
                }
            }
        }
        delete(keys);
        return keys.size();
    }

    private void delete(List<Key> keys) throws SQLException {
        if (keys.isEmpty()) return;
        for (String table : List.of("gridbatch_tag", "gridbatch_attempt", "gridbatch_job")) {
            try (PreparedStatement delete =
                    connection.prepareStatement("delete from " + table + " where sequence = ? and job_id = ?")) {
                for (Key key : keys) {
                    delete.setLong(1, key.sequence());
                    delete.setString(2, key.jobId());
                    delete.addBatch();
                }
                delete.executeBatch();
            }
        }
    }

    private void insert(Iterable<Unarchived.Final> jobs) throws SQLException {
        try (PreparedStatement job = insertInto("gridbatch_job", 27);
                PreparedStatement attempt = insertInto("gridbatch_attempt", 17);
                PreparedStatement tag = insertInto("gridbatch_tag", 5)) {
            boolean attempts = false;
            boolean tags = false;
            for (Unarchived.Final one : jobs) {
                JobDetail detail = one.detail();
                String jobId = detail.view().jobId();
                set(job, one.sequence(), detail);
                job.addBatch();
                int place = 0;
                for (AttemptView view : detail.attempts()) {
                    set(attempt, one.sequence(), jobId, place++, view);
                    attempt.addBatch();
                    attempts = true;
                }
                for (Map.Entry<String, String> entry : detail.spec().tags().entrySet()) {
                    tag.setLong(1, one.sequence());
                    tag.setString(2, jobId);
                    tag.setString(3, entry.getKey());
                    tag.setString(4, clean(entry.getValue()));
                    tag.setString(5, start(entry.getKey() + "=" + entry.getValue()));
                    tag.addBatch();
                    tags = true;
                }
            }
            job.executeBatch();
            link(jobs);
            if (attempts) attempt.executeBatch();
            if (tags) tag.executeBatch();
        }
    }

    /** A job that was in the archive only when it was tried again could not be told by which one. */
    private void link(Iterable<Unarchived.Final> jobs) throws SQLException {
        try (PreparedStatement link = connection.prepareStatement(
                "update gridbatch_job set retried_as = ? where job_id = ? and retried_as = ''")) {
            boolean any = false;
            for (Unarchived.Final one : jobs) {
                JobView view = one.detail().view();
                if (view.retryOf().isEmpty()) continue;
                link.setString(1, view.jobId());
                link.setString(2, view.retryOf());
                link.addBatch();
                any = true;
            }
            if (any) link.executeBatch();
        }
    }

    private PreparedStatement insertInto(String table, int columns) throws SQLException {
        String marks = Collections.nCopies(columns, "?").stream().collect(Collectors.joining(", "));
        return connection.prepareStatement("insert into " + table + " values (" + marks + ")");
    }

    private static void set(PreparedStatement row, long sequence, JobDetail detail) throws SQLException {
        JobView view = detail.view();
        int column = 1;
        row.setLong(column++, sequence);
        row.setString(column++, view.jobId());
        row.setString(column++, view.state().name());
        row.setString(column++, view.queue());
        row.setString(column++, view.tenant());
        row.setString(column++, clean(view.name()));
        row.setString(column++, start(view.name()));
        row.setInt(column++, view.attempt());
        row.setInt(column++, view.maxAttempts());
        row.setInt(column++, view.rescues());
        row.setString(column++, view.worker());
        row.setObject(column++, Times.of(view.submittedAt()));
        row.setObject(column++, Times.of(view.scheduledAt()));
        row.setObject(column++, Times.of(view.finalAt()));
        row.setString(column++, clean(view.error()));
        row.setString(column++, clean(view.result()));
        row.setString(column++, view.retryOf());
        row.setString(column++, view.retriedAs());
        row.setString(column++, clean(detail.spec().script()));
        row.setBytes(column++, SpecBytes.withoutScript(detail.spec()));
        row.setString(column++, view.arrayId());
        ArrayView array = view.array();
        row.setInt(column++, array.items());
        row.setInt(column++, array.throttle());
        row.setInt(column++, array.count(JobState.COMPLETED));
        row.setInt(column++, array.count(JobState.DISCARDED));
        row.setInt(column++, array.count(JobState.CANCELLED));
        row.setString(column, clean(view.by()));
    }

    private static void set(PreparedStatement row, long sequence, String jobId, int place, AttemptView view)
            throws SQLException {
        int column = 1;
        row.setLong(column++, sequence);
        row.setString(column++, jobId);
        row.setInt(column++, place);
        row.setInt(column++, view.number());
        row.setLong(column++, view.leaseId());
        row.setString(column++, view.worker());
        row.setObject(column++, Times.of(view.startedAt()));
        row.setObject(column++, Times.of(view.endedAt()));
        row.setString(column++, view.outcome().name());
        row.setString(column++, clean(view.error()));
        row.setString(column++, clean(view.result()));
        row.setString(column++, clean(view.out().head()));
        row.setString(column++, clean(view.out().tail()));
        row.setLong(column++, view.out().bytes());
        row.setString(column++, clean(view.err().head()));
        row.setString(column++, clean(view.err().tail()));
        row.setLong(column, view.err().bytes());
    }

    /** PostgreSQL's text cannot hold the character 0: its picture stands for it. */
    static String clean(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', '\u2400');
    }

    /** As much as an index takes. */
    static String start(String text) {
        String clean = clean(text);
        return clean.length() <= 200 ? clean : clean.substring(0, 200);
    }
}
