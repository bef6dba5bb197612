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
import org.gridbatch.api.JobIds;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.ScheduleSpec;
import org.gridbatch.api.ScheduleView;
import org.gridbatch.api.Schedules;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sets, lists and changes what is submitted by the clock. */
@CommandLine.Command(
        name = "cron",
        description = "Submit a job again and again, by the clock.",
        footer = {
            "",
            "What there is:",
            "  cron add NAME 'EXPRESSION' SCRIPT   set a schedule, in place of one of that name; --queue, --key,",
            "                                      --requires and others say how its jobs run, as with push",
            "  cron list                           all schedules, with their next time and last job",
            "  cron next NAME|'EXPRESSION'         when it fires next",
            "  cron pause|resume|remove NAME       let its times pass, go on, end it; its jobs stay",
            "  cron run NAME                       one job now",
            "",
            "Examples:",
            "  cron add nightly '0 2 * * MON-FRI' --zone Europe/Zurich -f report.gogo",
            "  cron add tidy @hourly --overlap skip 'echo tidy'",
            "  cron next '*/5 9-17 * * *'"
        })
final class CronCommand extends Command {
    private static final int PAGE = 100;
    private static final String VERBS = "add, list, next, pause, resume, remove or run";

    /** What it sets something for. */
    private static final String OF = "schedule";

    @Parameters(arity = "0..*", paramLabel = "WORD", description = VERBS + "; and what belongs to it.")
    private List<String> words = List.of();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "add: read the script from this file; - is standard input.")
    private String file;

    @Option(
            names = "--zone",
            paramLabel = "ZONE",
            description = "The time zone, such as Europe/Zurich; UTC if not given.")
    private String zone = "";

    @Option(
            names = "--missed",
            paramLabel = "WHAT",
            description = "add: what becomes of missed times: skip (if not given), once or all (the last hundred).")
    private ScheduleSpec.Missed missed = ScheduleSpec.Missed.SKIP;

    @Option(
            names = "--overlap",
            paramLabel = "WHAT",
            description = "add: while a job of it is not final: allow another (if not given), skip, or let one wait.")
    private ScheduleSpec.Overlap overlap = ScheduleSpec.Overlap.ALLOW;

    @Mixin
    private JobOptions options;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "next: how many times; 5 if not given.")
    private int limit = 5;

    @Override
    Object run(CommandSession session, Surroundings here) {
        Grid grid = here.grid();
        String by = grid.caller();
        if (words.isEmpty()) throw new CommandFailed("cron: want " + VERBS);
        switch (words.get(0)) {
            case "add":
                return add(session, here, by);
            case "list":
                if (words.size() > 1) throw new CommandFailed("cron list: there is no use for '" + words.get(1) + "'");
                return list(grid);
            case "next":
                return next(grid);
            case "pause", "resume": {
                boolean paused = words.get(0).equals("pause");
                String name = name();
                grid.schedules(schedules -> schedules.pauseSchedule(name, paused, by));
                return new Setting(OF, name, paused ? "paused" : "not paused");
            }
            case "remove": {
                String name = name();
                grid.schedules(schedules -> schedules.get(name, 0));
                grid.schedules(schedules -> schedules.remove(name, by));
                return new Setting(OF, name, "removed");
            }
            case "run": {
                String name = name();
                String jobId = JobIds.next();
                return grid.schedules(schedules -> schedules.runNow(name, jobId, by));
            }
            default:
                throw new CommandFailed("cron: there is no '" + words.get(0) + "', want " + VERBS);
        }
    }

    private String name() {
        if (words.size() != 2) {
            throw new CommandFailed("cron " + words.get(0) + ": there are " + (words.size() - 1)
                    + " words behind it, want the name of a schedule");
        }
        return words.get(1);
    }

    private Object add(CommandSession session, Surroundings here, String by) {
        Grid grid = here.grid();
        if (words.size() < 3) {
            throw new CommandFailed("cron add: want a name, an expression in quotes such as '0 2 * * *', and a script");
        }
        List<String> scriptWords = words.subList(3, words.size());
        if (file == null && scriptWords.isEmpty()) {
            throw new CommandFailed("cron add: there is no script: give it in quotes, with -f FILE, or - for standard "
                    + "input; and the expression as one word in quotes");
        }
        if (file != null && !scriptWords.isEmpty()) {
            throw new CommandFailed("cron add: there is a file and a script as well: give one of them");
        }
        Scripts.Script script = Scripts.of(session, file, scriptWords.isEmpty() ? "" : Scripts.join(scriptWords))
                .checked();
        JobSpec job = options.job(script, here).name(words.get(1)).build();
        ScheduleSpec spec = new ScheduleSpec(words.get(1), words.get(2), zone, job, missed, overlap);
        grid.schedules(schedules -> schedules.put(spec, by));
        ScheduleView set = grid.schedules(schedules -> schedules.get(spec.name(), 1));
        return List.of(set);
    }

    private Object list(Grid grid) {
        List<ScheduleView> all = new ArrayList<>();
        String last = "";
        while (true) {
            String after = last;
            List<ScheduleView> page = grid.schedules(schedules -> schedules.list(after, PAGE, 1));
            if (page.isEmpty()) break;
            all.addAll(page);
            last = page.get(page.size() - 1).spec().name();
        }
        return new Listing<>(all, "", "no schedules");
    }

    private Object next(Grid grid) {
        if (limit < 1 || limit > Schedules.MAX_NEXT) {
            throw new CommandFailed("cron next: --limit is " + limit + ", want 1 to " + Schedules.MAX_NEXT);
        }
        if (words.size() != 2) {
            throw new CommandFailed("cron next: want the name of a schedule, or an expression in quotes");
        }
        String word = words.get(1);
        boolean expression = word.startsWith("@") || word.indexOf(' ') >= 0;
        List<Instant> times = expression
                ? grid.schedules(schedules -> schedules.preview(word, zone, limit))
                : grid.schedules(schedules -> schedules.get(word, limit)).next();
        return times;
    }

    static String table(List<ScheduleView> schedules, Paper paper) {
        Table table = new Table(
                List.of("NAME", "CRON", "ZONE", "STATE", "NEXT", "LAST", "SKIPPED", "LAST JOB"), Set.of("LAST JOB"));
        for (ScheduleView one : schedules) {
            table.add(
                    one.spec().name(),
                    one.spec().cron(),
                    one.spec().zone(),
                    one.paused() ? "paused" : "on",
                    one.next().isEmpty() ? "never" : one.next().get(0),
                    one.lastFiredAt().equals(Instant.EPOCH) ? "" : one.lastFiredAt(),
                    one.skipped() == 0 ? "" : one.skipped(),
                    one.lastJobIds().isEmpty() ? "" : one.lastJobIds().get(0));
        }
        return table.format(paper);
    }
}
