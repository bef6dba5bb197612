/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.gridbatch.api.AuditPage;
import org.gridbatch.api.AuditQuery;
import org.gridbatch.api.AuditRecord;
import org.gridbatch.queue.core.Audit;
import org.gridbatch.queue.engine.PageSize;

/** Writes, finds and deletes audit records. */
final class AuditRows {
    private AuditRows() {}

    static void replace(Connection connection, List<Audit> audits) throws SQLException {
        if (audits.isEmpty()) return;
        delete(
                connection,
                audits.stream()
                        .map(one -> new Key(one.number(), one.timeMillis()))
                        .toList());
        try (PreparedStatement insert =
                connection.prepareStatement("insert into gridbatch_audit values (?, ?, ?, ?, ?, ?)")) {
            for (Audit one : audits) {
                insert.setLong(1, one.number());
                insert.setObject(2, Times.of(Instant.ofEpochMilli(one.timeMillis())));
                insert.setString(3, JobRows.clean(one.by()));
                insert.setString(4, one.action());
                insert.setString(5, JobRows.clean(one.subject()));
                insert.setString(6, JobRows.clean(one.detail()));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private record Key(long number, long timeMillis) {}

    private static void delete(Connection connection, List<Key> keys) throws SQLException {
        if (keys.isEmpty()) return;
        try (PreparedStatement delete =
                connection.prepareStatement("delete from gridbatch_audit where number = ? and done_at = ?")) {
            for (Key key : keys) {
                delete.setLong(1, key.number());
                delete.setObject(2, Times.of(Instant.ofEpochMilli(key.timeMillis())));
                delete.addBatch();
            }
            delete.executeBatch();
        }
    }

    static int deleteBefore(Connection connection, Instant time, int most) throws SQLException {
        List<Key> keys = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select number, done_at from gridbatch_audit where done_at < ? order by done_at, number fetch first "
                        + most + " rows only")) {
            select.setObject(1, Times.of(time));
            try (ResultSet row = select.executeQuery()) {
                while (row.next())
                    keys.add(new Key(row.getLong(1), Times.read(row, 2).toEpochMilli()));
            }
        }
        delete(connection, keys);
        return keys.size();
    }

    static AuditPage find(Connection connection, AuditQuery query) throws SQLException {
        Conditions conditions = new Conditions();
        conditions.addUnlessEmpty("done_by", query.by());
        conditions.addUnlessEmpty("action", query.action());
        conditions.addUnlessEmpty("subject", query.subject());
        conditions.addTimes("done_at", query.since(), query.until());
        conditions.addCursor("done_at", "number", query.after());
        List<AuditRecord> found = new ArrayList<>();
        PageSize size = new PageSize();
        try (PreparedStatement select = conditions.prepare(
                        connection,
                        "select number, done_at, done_by, action, subject, detail from gridbatch_audit",
                        " order by done_at desc, number desc",
                        query.limit() + 1);
                ResultSet row = select.executeQuery()) {
            String next = "";
            while (row.next()) {
                if (found.size() == query.limit() || size.isFull()) return new AuditPage(found, next);
                Instant time = Times.read(row, 2);
                next = Conditions.cursor(time, row.getLong(1));
                AuditRecord one =
                        new AuditRecord(time, row.getString(3), row.getString(4), row.getString(5), row.getString(6));
                found.add(one);
                size.add(one);
            }
        }
        return new AuditPage(found, "");
    }
}
