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
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.gridbatch.api.ArrayView;
import org.gridbatch.api.AttemptOutcome;
import org.gridbatch.api.AttemptView;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.FinalJob;
import org.gridbatch.api.FinalPage;
import org.gridbatch.api.HistoryPage;
import org.gridbatch.api.HistoryQuery;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Limits;
import org.gridbatch.queue.core.Place;
import org.gridbatch.queue.engine.PageSize;
import org.gridbatch.queue.log.SpecBytes;

/** Finds jobs in the archive. */
final class HistorySearch {
    private static final String COLUMNS = "select j.sequence, state, attempt, rescues, worker, submitted_at,"
            + " scheduled_at, final_at, error, result, retry_of, retried_as, spec, array_id, items,"
            + " throttle, items_completed, items_discarded, items_cancelled, submitted_by";
    private static final String FROM = " from gridbatch_job j";
    private static final String WITH_TAG = " join gridbatch_tag t on t.sequence = j.sequence and t.job_id = j.job_id";

    /** A page does not tell scripts, and a thousand of them would not fit the memory of a small server. */
    private static final String NO_SCRIPT = "-";

    /** One more than the largest page. */
    private static final int MOST_LOOKED_AT = Limits.BULK + 1;

    private HistorySearch() {}

    static HistoryPage find(Connection connection, HistoryQuery query) throws SQLException {
        List<JobView> found = new ArrayList<>();
        PageSize size = new PageSize();
        try (PreparedStatement select = conditions(query)
                        .prepare(
                                connection,
                                COLUMNS + FROM + (query.tag().isEmpty() ? "" : WITH_TAG),
                                " order by final_at desc, j.sequence desc",
                                query.limit() + 1);
                ResultSet row = select.executeQuery()) {
            String next = "";
            while (row.next()) {
                if (found.size() == query.limit() || size.isFull()) return new HistoryPage(found, next);
                JobView view = view(row, SpecBytes.with(NO_SCRIPT, row.getBytes("spec")));
                size.add(view);
                next = Conditions.cursor(view.finalAt(), row.getLong("sequence"));
                found.add(view);
            }
        }
        return new HistoryPage(found, "");
    }

    /** Behind a place, up to another one. */
    static FinalPage finals(Connection connection, Place after, Place through, Predicate<JobView> wanted, int most)
            throws SQLException {
        Instant from = Instant.ofEpochMilli(after.millis());
        Instant to = Instant.ofEpochMilli(through.millis());
        Conditions conditions = new Conditions();
        conditions.add("final_at >= ? and (final_at > ? or j.sequence > ?)", from, from, after.sequence());
        conditions.add("final_at <= ? and (final_at < ? or j.sequence <= ?)", to, to, through.sequence());
        List<FinalJob> found = new ArrayList<>();
        PageSize size = new PageSize();
        Place at = after;
        try (PreparedStatement select = conditions.prepare(
                        connection, COLUMNS + FROM, " order by final_at, j.sequence", MOST_LOOKED_AT);
                ResultSet row = select.executeQuery()) {
            int looked = 0;
            for (; row.next(); looked++) {
                if (found.size() == most || size.isFull()) return new FinalPage(found, at.toString(), false);
                JobView view = view(row, SpecBytes.with(NO_SCRIPT, row.getBytes("spec")));
                at = new Place(view.finalAt().toEpochMilli(), row.getLong("sequence"));
                if (!wanted.test(view)) continue;
                found.add(new FinalJob(at.toString(), view));
                size.add(view);
            }
            return new FinalPage(found, (looked == MOST_LOOKED_AT ? at : through).toString(), false);
        }
    }

    private static Conditions conditions(HistoryQuery query) {
        Conditions conditions = new Conditions();
        if (!query.states().isEmpty()) {
            String marks = String.join(", ", Collections.nCopies(query.states().size(), "?"));
            conditions.add(
                    "state in (" + marks + ")",
                    query.states().stream().map(JobState::name).toArray());
        }
        if (!query.array().isEmpty() || !query.items()) conditions.add("array_id = ?", query.array());
        conditions.addUnlessEmpty("queue", query.queue());
        conditions.addUnlessEmpty("tenant", query.tenant());
        conditions.addUnlessEmpty("submitted_by", JobRows.clean(query.by()));
        if (!query.name().isEmpty()) {
            conditions.add("name_start = ? and name = ?", JobRows.start(query.name()), JobRows.clean(query.name()));
        }
        if (!query.tag().isEmpty()) {
            int equals = query.tag().indexOf('=');
            conditions.add(
                    "tag_start = ? and tag_key = ? and tag_value = ?",
                    JobRows.start(query.tag()),
                    query.tag().substring(0, equals),
                    JobRows.clean(query.tag().substring(equals + 1)));
        }
        conditions.addTimes("final_at", query.since(), query.until());
        if (!query.text().isEmpty()) {
            String like = "%" + JobRows.clean(query.text()).replaceAll("([!%_])", "!$1") + "%";
            conditions.add(
                    "(script ilike ? escape '!' or error ilike ? escape '!' or exists (select 1 from gridbatch_attempt a"
                            + " where a.sequence = j.sequence and a.job_id = j.job_id"
                            + " and (a.out_head ilike ? escape '!' or a.out_tail ilike ? escape '!'"
                            + " or a.err_head ilike ? escape '!' or a.err_tail ilike ? escape '!'"
                            + " or a.error ilike ? escape '!')))",
                    Collections.nCopies(7, (Object) like).toArray());
        }
        conditions.addCursor("final_at", "j.sequence", query.after());
        return conditions;
    }

    static Optional<JobDetail> get(Connection connection, String jobId) throws SQLException {
        Conditions conditions = new Conditions();
        conditions.add("job_id = ?", jobId);
        try (PreparedStatement select =
                        conditions.prepare(connection, COLUMNS + ", script" + FROM, " order by j.sequence desc", 1);
                ResultSet row = select.executeQuery()) {
            if (!row.next()) return Optional.empty();
            JobSpec spec = SpecBytes.with(row.getString("script"), row.getBytes("spec"));
            return Optional.of(
                    new JobDetail(view(row, spec), spec, attempts(connection, row.getLong("sequence"), jobId)));
        }
    }

    private static List<AttemptView> attempts(Connection connection, long sequence, String jobId) throws SQLException {
        List<AttemptView> attempts = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select * from gridbatch_attempt where sequence = ? and job_id = ? order by place")) {
            select.setLong(1, sequence);
            select.setString(2, jobId);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) attempts.add(attempt(row));
            }
        }
        return attempts;
    }

    private static AttemptView attempt(ResultSet row) throws SQLException {
        return new AttemptView(
                row.getInt("attempt"),
                row.getLong("lease_id"),
                row.getString("worker"),
                time(row, "started_at"),
                time(row, "ended_at"),
                AttemptOutcome.valueOf(row.getString("outcome")),
                row.getString("error"),
                row.getString("result"),
                new CapturedText(row.getString("out_head"), row.getString("out_tail"), row.getLong("out_bytes")),
                new CapturedText(row.getString("err_head"), row.getString("err_tail"), row.getLong("err_bytes")));
    }

    private static JobView view(ResultSet row, JobSpec spec) throws SQLException {
        return new JobView(
                spec.jobId(),
                spec.queue(),
                spec.tenant(),
                spec.name(),
                JobState.valueOf(row.getString("state")),
                row.getInt("attempt"),
                spec.maxAttempts(),
                row.getInt("rescues"),
                row.getString("worker"),
                time(row, "submitted_at"),
                time(row, "scheduled_at"),
                time(row, "final_at"),
                row.getString("error"),
                row.getString("result"),
                spec.tags(),
                row.getString("retry_of"),
                row.getString("retried_as"),
                row.getString("array_id"),
                row.getString("array_id").isEmpty() ? "" : spec.args().get(0),
                array(row),
                row.getString("submitted_by"));
    }

    /** Of one that is final: nothing of it is paused, and no canary runs. */
    private static ArrayView array(ResultSet row) throws SQLException {
        int items = row.getInt("items");
        if (items < 0) return ArrayView.NONE;
        Map<JobState, Integer> states = new EnumMap<>(JobState.class);
        states.put(JobState.COMPLETED, row.getInt("items_completed"));
        states.put(JobState.DISCARDED, row.getInt("items_discarded"));
        states.put(JobState.CANCELLED, row.getInt("items_cancelled"));
        states.values().removeIf(count -> count == 0);
        return new ArrayView(items, true, false, row.getInt("throttle"), 0, states);
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
