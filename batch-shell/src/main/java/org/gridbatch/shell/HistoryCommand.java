/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.AuditPage;
import org.gridbatch.api.AuditQuery;
import org.gridbatch.api.AuditRecord;
import org.gridbatch.api.HistoryPage;
import org.gridbatch.api.HistoryQuery;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Limits;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists what became final, or who changed what. */
@CommandLine.Command(
        name = "history",
        description = "List what became final, the last first; also what has left the queue-server's memory.",
        footer = {
            "",
            "Examples:",
            "  history --state discarded --since 2h",
            "  history --queue deploy --text 'shop is closed'",
            "  history --audit --since 1d",
            "  history --audit --subject JOB"
        })
final class HistoryCommand extends Command {
    private static final int MOST = 100_000;

    @Mixin
    private Labelled labelled;

    @Option(names = "--tenant", paramLabel = "TENANT", description = "Only of this tenant.")
    private String tenant = "";

    @Option(
            names = {"-s", "--state"},
            paramLabel = "STATE",
            split = ",",
            description = "Only in this state: completed, cancelled or discarded; can be repeated, or several with "
                    + "commas.")
    private Set<JobState> states = Set.of();

    @Option(names = "--array", paramLabel = "ARRAY", description = "Only the items of this array.")
    private String array = "";

    @Option(names = "--items", description = "The items of arrays as well, and not only one row for each array.")
    private boolean items;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only from this time on: 2h means two hours ago, or a time such as 2030-01-31T03:00:00Z, "
                    + "'yesterday 18:30' or monday.")
    private String since = "";

    @Option(names = "--until", paramLabel = "TIME", description = "Only before this time; as for --since.")
    private String until = "";

    @Option(
            names = "--text",
            paramLabel = "TEXT",
            description = "Only with this text in the script, in what it printed or in its error; slow without others.")
    private String text = "";

    @Option(
            names = "--audit",
            description = "List who changed what instead; takes --by, --action, --subject, --since, --until, -n and "
                    + "--after.")
    private boolean audit;

    @Option(
            names = "--action",
            paramLabel = "ACTION",
            description = "With --audit: only this action, such as cancel or pause.")
    private String action = "";

    @Option(
            names = "--subject",
            paramLabel = "SUBJECT",
            description = "With --audit: only changes of this one: a job, queue, key, tenant, worker or schedule.")
    private String subject = "";

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "Most rows to list; 20 if not given.")
    private int limit = 20;

    @Option(names = "--after", paramLabel = "PLACE", description = "Go on where the list before ended; it says where.")
    private String after = "";

    @Override
    Object run(CommandSession session, Surroundings here) {
        if (limit < 1 || limit > MOST) {
            throw new CommandFailed("history: --limit is " + limit + ", want 1 to " + MOST);
        }
        boolean selects = labelled.isOfJobs() || !(tenant + array + text).isEmpty() || !states.isEmpty() || items;
        if (audit && selects) {
            throw new CommandFailed(
                    "history: --audit takes --by, --action, --subject, --since, --until, -n and --after,"
                            + " and nothing else");
        }
        if (!audit && !(action + subject).isEmpty()) {
            throw new CommandFailed("history: --action and --subject are for --audit, which is not there");
        }
        Instant from = time("--since", since);
        Instant to = time("--until", until);
        return audit ? audit(here.grid(), from, to) : jobs(here.grid(), from, to);
    }

    private Listing<JobView> jobs(Grid grid, Instant from, Instant to) {
        List<JobView> found = new ArrayList<>();
        String next = after;
        do {
            HistoryQuery query = HistoryQuery.ALL
                    .withStates(states)
                    .withQueue(labelled.queue())
                    .withTenant(tenant)
                    .withName(labelled.title())
                    .withTag(labelled.tag())
                    .withBy(labelled.by())
                    .withArray(array)
                    .withItems(items)
                    .withSince(from)
                    .withUntil(to)
                    .withText(text)
                    .withLimit(rest(found.size()))
                    .withAfter(next);
            HistoryPage page = grid.history(history -> history.find(query));
            found.addAll(page.jobs());
            next = page.next();
        } while (!next.isEmpty() && found.size() < limit);
        return new Listing<>(found, next, "no jobs");
    }

    private Listing<AuditRecord> audit(Grid grid, Instant from, Instant to) {
        List<AuditRecord> found = new ArrayList<>();
        String next = after;
        do {
            AuditQuery query = new AuditQuery(labelled.by(), action, subject, from, to, rest(found.size()), next);
            AuditPage page = grid.history(history -> history.audit(query));
            found.addAll(page.records());
            next = page.next();
        } while (!next.isEmpty() && found.size() < limit);
        return new Listing<>(found, next, "no changes");
    }

    private int rest(int found) {
        return Math.min(limit - found, Limits.BULK);
    }

    private static Instant time(String option, String value) {
        if (value.isEmpty()) return Instant.EPOCH;
        try {
            return Times.here().past(value);
        } catch (IllegalArgumentException e) {
            throw new CommandFailed("history: " + option + ": " + e.getMessage(), e);
        }
    }
}
