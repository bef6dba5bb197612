/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.gridbatch.api.InvalidRequestException;

/** The conditions of a search in the making, with their parameters; keyset paging by a time and a number. */
final class Conditions {
    private static final int TIMEOUT_SECONDS = 30;
    /** Else PostgreSQL's driver keeps all rows of a page in memory, however large they are. */
    private static final int ROWS_AT_ONCE = 50;

    private final StringBuilder sql = new StringBuilder();
    private final List<Object> parameters = new ArrayList<>();

    void add(String condition, Object... values) {
        sql.append(sql.length() == 0 ? " where " : " and ").append(condition);
        for (Object value : values) parameters.add(value instanceof Instant at ? Times.of(at) : value);
    }

    void addUnlessEmpty(String column, String value) {
        if (!value.isEmpty()) add(column + " = ?", value);
    }

    void addTimes(String column, Instant since, Instant until) {
        if (!since.equals(Instant.EPOCH)) add(column + " >= ?", since);
        if (!until.equals(Instant.EPOCH)) add(column + " < ?", until);
    }

    /** Only what is older than the last row of the page before. */
    void addCursor(String timeColumn, String numberColumn, String after) {
        if (after.isEmpty()) return;
        try {
            int dash = after.indexOf('-');
            Instant time = Instant.ofEpochMilli(Long.parseLong(after.substring(0, dash)));
            long number = Long.parseLong(after.substring(dash + 1));
            add(timeColumn + " <= ? and (" + timeColumn + " < ? or " + numberColumn + " < ?)", time, time, number);
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw new InvalidRequestException("after is '" + after + "', want what the page before gave as next");
        }
    }

    static String cursor(Instant time, long number) {
        return time.toEpochMilli() + "-" + number;
    }

    PreparedStatement prepare(Connection connection, String select, String order, int limit) throws SQLException {
        PreparedStatement statement =
                connection.prepareStatement(select + sql + order + " fetch first " + limit + " rows only");
        try {
            statement.setQueryTimeout(TIMEOUT_SECONDS);
            statement.setFetchSize(ROWS_AT_ONCE);
            for (int i = 0; i < parameters.size(); i++) statement.setObject(i + 1, parameters.get(i));
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }
}
