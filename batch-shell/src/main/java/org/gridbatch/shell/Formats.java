/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.gridbatch.api.ArrayView;
import org.gridbatch.api.AttemptView;
import org.gridbatch.api.AuditRecord;
import org.gridbatch.api.Backoff;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.Changed;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.GridStatus;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobPage;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.LiveView;
import org.gridbatch.api.Progress;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.QueueView;
import org.gridbatch.api.ScheduleView;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.Unique;
import org.gridbatch.api.Verdict;
import org.gridbatch.api.WorkerView;
import org.gridbatch.worker.gogo.Durations;

/**
 * Prints what the commands return: lists as tables that fit the screen, single things as records.
 *
 * <p>Gogo asks all converters in turn, so this answers null for everything that is not ours.
 */
final class Formats implements Converter {
    private static final int SCRIPT_LINES = 20;
    private static final int BAR = 20;
    private static final int MAX_REASON = 1_000;

    private final Clock clock;

    Formats(Clock clock) {
        this.clock = clock;
    }

    /** The names of what it prints, apart from lists of these. */
    static String[] classes() {
        return Stream.of(
                        JobView.class,
                        JobDetail.class,
                        ExecutingJob.class,
                        JobPage.class,
                        JobSpec.class,
                        AttemptView.class,
                        Submitted.class,
                        Changed.class,
                        Verdict.class,
                        WorkerView.class,
                        GridStatus.class,
                        QueueView.class,
                        Explained.class,
                        Setting.class,
                        Checked.class,
                        Imported.class,
                        Stats.class,
                        TopCommand.Frame.class)
                .map(Class::getName)
                .toArray(String[]::new);
    }

    static String word(Enum<?> constant) {
        return Text.word(constant);
    }

    /** The width of the session's terminal, or of its variable COLUMNS. */
    static int width(CommandSession session, int unknown) {
        int width = number(session.get("COLUMNS"));
        return width >= 40 ? width : unknown;
    }

    /** The height of the session's terminal, or of its variable LINES; that of a small one if it is not known. */
    static int height(CommandSession session) {
        int height = number(session.get("LINES"));
        return height >= 5 ? height : 24;
    }

    private static int number(Object variable) {
        try {
            return variable == null ? 0 : Integer.parseInt(variable.toString());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    @Override
    public Object convert(Class<?> desiredType, Object in) {
        return null;
    }

    @Override
    public CharSequence format(Object target, int level, Converter escape) {
        if (level != Converter.INSPECT) return shortly(target);
        Paper paper = escape instanceof CommandSession session ? Paper.of(session) : Paper.PLAIN;
        if (target instanceof Listing<?> list && list.isEmpty()) return list.none();
        if (target instanceof JobPage page)
            return page.jobs().isEmpty() ? "no jobs" : jobs(page.jobs(), Map.of(), paper) + more(page.next(), paper);
        if (target instanceof Listing<?> list) return list(list, paper) + more(list.next(), paper);
        if (target instanceof Collection<?> list) return list(list, paper);
        if (target instanceof JobDetail job) return job(job, null, paper);
        if (target instanceof ExecutingJob job) return job(job.detail(), job.live(), paper);
        if (target instanceof JobView job) return fields(job).format();
        if (target instanceof JobSpec spec) return fields(spec).format();
        if (target instanceof GridStatus status) return status(status);
        if (target instanceof Stats stats) return StatsFormat.stats(stats, paper);
        if (target instanceof PulledJob job) return pulled(job);
        if (target instanceof TopCommand.Frame frame) return StatsFormat.top(frame, clock.instant(), paper);
        if (target instanceof Verdict verdict) return verdict(verdict);
        if (target instanceof Output output) return output.toString();
        if (target instanceof WorkerView worker) return workers(List.of(worker), paper);
        if (target instanceof QueueView queue) return queues(List.of(queue), paper);
        if (target instanceof Changed changed) return changed(changed);
        if (target instanceof Checked checked) return checked.format(paper);
        return shortly(target);
    }

    /** As part of something else, on one line. */
    private static CharSequence shortly(Object target) {
        if (target instanceof Submitted job) {
            return job.repeated() ? job.jobId() + " (known already, " + word(job.state()) + ")" : job.jobId();
        }
        if (target instanceof JobView job) return job.jobId() + " (" + state(job) + ")";
        if (target instanceof JobDetail job) return shortly(job.view());
        if (target instanceof ExecutingJob job) return shortly(job.view());
        if (target instanceof PulledJob job) return job.jobId() + " (" + job.state() + ")";
        if (target instanceof Changed changed) return changed(changed);
        if (target instanceof Verdict verdict) return verdict(verdict);
        if (target instanceof WorkerView worker) return worker.worker();
        if (target instanceof QueueView queue) return queue.settings().queue();
        if (target instanceof Explained reason) return Text.oneLine(reason.text(), MAX_REASON);
        if (target instanceof Setting setting) return setting(setting);
        if (target instanceof Imported imported) return imported.toString();
        if (target instanceof GridStatus status) return "grid " + status.grid() + ", term " + status.term();
        return null;
    }

    private CharSequence list(Collection<?> list, Paper paper) {
        if (list.isEmpty()) return null;
        Map<String, String> remarks = list instanceof Listing<?> listing ? listing.remarks() : Map.of();
        if (allAre(list, JobView.class)) return jobs(cast(list, JobView.class), remarks, paper);
        if (allAre(list, WorkerView.class)) return workers(cast(list, WorkerView.class), paper);
        if (allAre(list, AuditRecord.class)) return audit(cast(list, AuditRecord.class), paper);
        if (allAre(list, QueueView.class)) return queues(cast(list, QueueView.class), paper);
        if (allAre(list, Explained.class)) return reasons(cast(list, Explained.class));
        if (allAre(list, Setting.class)) return settings(cast(list, Setting.class), paper);
        if (allAre(list, ScheduleView.class)) return CronCommand.table(cast(list, ScheduleView.class), paper);
        if (allAre(list, AttemptView.class)) return attempts(cast(list, AttemptView.class), paper);
        if (allAre(list, Instant.class)) {
            return list.stream().map(String::valueOf).collect(Collectors.joining("\n"));
        }
        if (allAre(list, Changed.class) || allAre(list, Submitted.class)) {
            return list.stream().map(Formats::shortly).collect(Collectors.joining("\n"));
        }
        return null;
    }

    private static boolean allAre(Collection<?> list, Class<?> type) {
        return list.stream().allMatch(type::isInstance);
    }

    private static <T> List<T> cast(Collection<?> list, Class<T> type) {
        return list.stream().map(type::cast).toList();
    }

    private String jobs(List<JobView> jobs, Map<String, String> progress, Paper paper) {
        String items = jobs.stream().anyMatch(JobView::isArray) ? "ITEMS" : "ITEM";
        Table table = new Table(
                List.of("ID", "STATE", "QUEUE", "NAME", items, "ATTEMPT", "WORKER", "WHEN", "PROGRESS", "ERROR"),
                Set.of("QUEUE", "NAME", "ITEM", "WORKER", "PROGRESS", "ERROR"));
        for (JobView job : jobs) {
            table.add(
                    job.jobId(),
                    state(job),
                    job.queue(),
                    job.name(),
                    job.isArray() ? job.array().done() + "/" + job.array().items() : job.item(),
                    job.isArray() ? "" : job.attempt() + "/" + job.maxAttempts(),
                    job.worker(),
                    when(job),
                    progress.getOrDefault(job.jobId(), ""),
                    job.error());
        }
        return table.format(paper);
    }

    private String audit(List<AuditRecord> records, Paper paper) {
        Table table = new Table(List.of("WHEN", "BY", "ACTION", "SUBJECT", "DETAIL"), Set.of("BY", "DETAIL"));
        for (AuditRecord one : records) {
            table.add(relative(one.time()), one.by(), one.action(), one.subject(), one.detail());
        }
        return table.format(paper);
    }

    /** For people only: what goes to a file or a pipe is rows and nothing else. */
    private static String more(String next, Paper paper) {
        return next.isEmpty() || paper.width() == 0 ? "" : "\n" + more(next);
    }

    /** How to see the rest of a list. */
    static String more(String next) {
        return "more: --after " + next;
    }

    /** The time that matters in its state. */
    private String when(JobView job) {
        if (job.state().isFinal()) return relative(job.finalAt());
        if (job.state() == JobState.SCHEDULED || job.state() == JobState.RETRYABLE) return relative(job.scheduledAt());
        return relative(job.submittedAt());
    }

    private String workers(List<WorkerView> workers, Paper paper) {
        Table table = new Table(
                List.of("WORKER", "STATE", "BUSY", "QUEUES", "ACCEPTS", "COMMANDS", "HEARD", "JOBS", "LABELS"),
                Set.of("QUEUES", "ACCEPTS", "JOBS", "LABELS"));
        for (WorkerView worker : workers) {
            table.add(
                    worker.worker(),
                    worker.drained() ? "drained" : "",
                    worker.jobIds().size() + "/" + worker.slots(),
                    worker.queues().isEmpty() ? "all" : String.join(",", worker.queues()),
                    worker.accepts(),
                    worker.commands() == 0 ? "" : worker.commands(),
                    Durations.format(worker.lastHeard()) + " ago",
                    String.join(" ", worker.jobIds()),
                    pairs(worker.labels()));
        }
        return table.format(paper);
    }

    /** A state has a column if a queue has jobs in it. */
    static List<JobState> statesIn(List<Map<JobState, Long>> queues) {
        return Stream.of(JobState.values())
                .filter(state -> queues.stream().anyMatch(counts -> counts.getOrDefault(state, 0L) > 0))
                .toList();
    }

    private static String queues(List<QueueView> queues, Paper paper) {
        List<JobState> states = statesIn(queues.stream().map(QueueView::counts).toList());
        List<String> headings = new ArrayList<>(List.of("QUEUE", "STATE", "ORDER", "LIMIT"));
        states.forEach(state -> headings.add(state.name()));
        headings.add("DEFAULTS");
        Table table = new Table(headings, Set.of("LIMIT", "DEFAULTS"));
        for (QueueView queue : queues) {
            QueueSettings settings = queue.settings();
            List<Object> cells = new ArrayList<>();
            cells.add(settings.queue());
            cells.add(settings.paused() ? "paused" : "");
            cells.add(settings.order() == 0 ? "" : settings.order());
            cells.add(Rules.describe(settings.limit()));
            states.forEach(state -> cells.add(count(queue, state)));
            cells.add(Rules.defaults(settings));
            table.add(cells.toArray());
        }
        return table.format(paper);
    }

    private static long count(QueueView queue, JobState state) {
        return queue.counts().getOrDefault(state, 0L);
    }

    private static String settings(List<Setting> settings, Paper paper) {
        if (settings.size() == 1) return setting(settings.get(0));
        Table table = new Table(List.of("OF", "NAME", "IS"), Set.of("IS"));
        for (Setting setting : settings) table.add(setting.of(), name(setting), setting.value());
        return table.format(paper);
    }

    private static String setting(Setting setting) {
        return setting.of() + " " + name(setting) + ": " + setting.value();
    }

    /** Jobs that name no tenant have one all the same. */
    private static String name(Setting setting) {
        return setting.name().isEmpty() ? "''" : setting.name();
    }

    /** Sentences, so they are not cut; with the job where there are several. */
    private static String reasons(List<Explained> reasons) {
        boolean one = reasons.stream().map(Explained::jobId).distinct().count() == 1;
        return reasons.stream()
                .map(reason -> (one ? "" : reason.jobId() + "  ") + Text.oneLine(reason.text(), MAX_REASON))
                .collect(Collectors.joining("\n"));
    }

    private String attempts(List<AttemptView> attempts, Paper paper) {
        Table table = new Table(
                List.of("#", "WORKER", "STARTED", "TOOK", "OUTCOME", "ERROR", "RESULT"),
                Set.of("WORKER", "ERROR", "RESULT"));
        for (AttemptView attempt : attempts) {
            boolean ended = isSet(attempt.endedAt());
            Instant end = ended ? attempt.endedAt() : clock.instant();
            table.add(
                    attempt.number(),
                    attempt.worker(),
                    relative(attempt.startedAt()),
                    Durations.format(Duration.between(attempt.startedAt(), end)),
                    word(attempt.outcome()),
                    attempt.error(),
                    attempt.result());
        }
        return table.format(paper);
    }

    /** In words: how much of how much, in percent as well, and what it does now. */
    static String progress(Progress progress) {
        String count = progress.total() > 0
                ? progress.done() + "/" + progress.total() + " (" + percent(progress) + " %)"
                : progress.done() > 0 ? String.valueOf(progress.done()) : "";
        return (count + " " + progress.text()).strip();
    }

    private static long percent(Progress progress) {
        return (long) (100.0 * progress.done() / progress.total());
    }

    /** @param live what it tells of itself; null if nothing */
    private String job(JobDetail job, LiveView live, Paper paper) {
        Fields fields = fields(job.view());
        if (live != null) fields.add("progress", progress(live.progress())).add("notes", pairs(live.notes()));
        fields.add("stderr", firstError(job.attempts()));
        JobSpec spec = job.spec();
        addTerms(fields, spec);
        fields.add("script", script(spec.script()));
        if (job.attempts().isEmpty()) return fields.format();
        return fields.format() + "\n\n" + attempts(job.attempts(), paper);
    }

    /**
     * What the last attempt that ended complained of first if it failed: commands that only print why they cannot do
     * something leave a script that fails at the next one, with an error that says nothing of it.
     */
    private static String firstError(List<AttemptView> attempts) {
        List<AttemptView> ended = attempts.stream().filter(LogCommand::isEnded).toList();
        if (ended.isEmpty()) return "";
        AttemptView last = ended.get(ended.size() - 1);
        if (last.error().isEmpty()) return "";
        return last.err()
                .text()
                .lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .map(line -> Text.oneLine(line, MAX_REASON))
                .orElse("");
    }

    /** An array's pause shows, since it would otherwise seem to be stuck. */
    private static String state(JobView job) {
        return word(job.state()) + (job.array().paused() ? ", paused" : "");
    }

    /** {@code 120/200 items, 3 discarded, 4 executing}. */
    static String counts(ArrayView array) {
        String some = some(array, JobState.DISCARDED, JobState.CANCELLED, JobState.RETRYABLE, JobState.EXECUTING);
        return array.done() + "/" + array.items() + " items" + (some.isEmpty() ? "" : ", " + some);
    }

    private static String some(ArrayView array, JobState... states) {
        return Stream.of(states)
                .filter(state -> array.count(state) > 0)
                .map(state -> array.count(state) + " " + word(state))
                .collect(Collectors.joining(", "));
    }

    private Fields fields(JobView job) {
        return job.isArray() ? array(job) : job(job);
    }

    private Fields array(JobView job) {
        ArrayView array = job.array();
        return new Fields()
                .add("array", job.jobId())
                .add("name", job.name())
                .add("state", state(job) + (isWaiting(job) ? " until " + both(job.scheduledAt()) : ""))
                .add("items", items(array))
                .add("progress", bar(array))
                .add("canary", array.canary() == 0 ? "" : "the first " + array.canary() + " run alone")
                .add("throttle", array.throttle() == 0 ? "" : array.throttle() + " at a time")
                .add("queue", job.queue())
                .add("tenant", job.tenant())
                .add("attempts", "at most " + job.maxAttempts() + " of each item")
                .add("submitted", submitted(job))
                .add("ended", isSet(job.finalAt()) ? both(job.finalAt()) : "")
                .add("error", job.error())
                .add("result", job.result())
                .add("tags", pairs(job.tags()))
                .add("retry of", job.retryOf())
                .add("retried as", job.retriedAs());
    }

    private String submitted(JobView job) {
        return both(job.submittedAt()) + (job.by().isEmpty() ? "" : " by " + job.by());
    }

    private static String items(ArrayView array) {
        String states = some(array, JobState.values());
        return array.items() + (array.sealed() ? "" : " so far") + (states.isEmpty() ? "" : ": " + states);
    }

    /** Twenty signs for all items: those that completed, those that ended otherwise, and those that are not final. */
    private static String bar(ArrayView array) {
        if (!array.sealed() || array.items() <= 0) return "";
        int done = (int) (BAR * (long) array.done() / array.items());
        int completed = (int) (BAR * (long) array.count(JobState.COMPLETED) / array.items());
        int percent = (int) (100L * array.done() / array.items());
        return "[" + "#".repeat(completed) + "!".repeat(done - completed) + ".".repeat(BAR - done) + "] " + percent
                + " %";
    }

    private Fields job(JobView job) {
        return new Fields()
                .add("job", job.jobId())
                .add("array", job.arrayId())
                .add("item", job.item())
                .add("name", job.name())
                .add("state", word(job.state()) + (isWaiting(job) ? " until " + both(job.scheduledAt()) : ""))
                .add("queue", job.queue())
                .add("tenant", job.tenant())
                .add("attempt", job.attempt() + " of " + job.maxAttempts() + rescues(job.rescues()))
                .add("worker", job.worker())
                .add("submitted", submitted(job))
                .add("ended", isSet(job.finalAt()) ? both(job.finalAt()) : "")
                .add("error", job.error())
                .add("result", job.result())
                .add("tags", pairs(job.tags()))
                .add("retry of", job.retryOf())
                .add("retried as", job.retriedAs());
    }

    private Fields fields(JobSpec spec) {
        Fields fields = new Fields()
                .add("job", spec.jobId())
                .add("name", spec.name())
                .add("queue", spec.queue())
                .add("tenant", spec.tenant())
                .add("tags", pairs(spec.tags()));
        addTerms(fields, spec);
        return fields.add("script", spec.script());
    }

    private void addTerms(Fields fields, JobSpec spec) {
        fields.add("arguments", String.join(" ", spec.args()));
        fields.add("back-off", backoff(spec.backoff()));
        fields.add("timeout", spec.timeout().isZero() ? "" : Durations.format(spec.timeout()));
        fields.add("fails on", spec.failOn());
        fields.add("priority", spec.priority() == 0 ? "" : spec.priority());
        fields.add("key", spec.exclusiveKey());
        fields.add("limit key", spec.limitKey());
        fields.add("requires", spec.placement().requires());
        fields.add("needs", String.join(" ", spec.placement().needs()));
        fields.add("rank", spec.placement().rank());
        fields.add("after", spec.after().stream().map(Formats::dependency).collect(Collectors.joining("\n")));
        fields.add("unique", unique(spec.unique()));
        fields.add("deadline", isSet(spec.deadline()) ? both(spec.deadline()) : "");
    }

    private String pulled(PulledJob job) {
        if (job.isShownAsJson()) return Json.line(job.data());
        JobSpec spec = job.spec();
        return new Fields()
                .add("job", spec.jobId())
                .add("name", spec.name())
                .add("state", job.state())
                .add("queue", spec.queue())
                .add("attempt", job.attempt() + (spec.maxAttempts() == 0 ? "" : " of " + spec.maxAttempts()))
                .add("arguments", String.join(" ", spec.args()))
                .add("script", script(spec.script()))
                .add("next", "run, then complete [RESULT], fail WHY, snooze TIME or release")
                .format();
    }

    private static String status(GridStatus status) {
        Fields fields = new Fields()
                .add("grid", status.grid())
                .add("term", status.term())
                .add("problem", status.problem());
        for (JobState state : JobState.values()) {
            fields.add(word(state), status.counts().getOrDefault(state, 0L));
        }
        return fields.add("unarchived", status.unarchived())
                .add("script cap", status.maxScriptBytes() + " bytes")
                .format();
    }

    private static String changed(Changed changed) {
        String what = changed.newJobId().isEmpty() ? word(changed.outcome()) : "retried as " + changed.newJobId();
        boolean plain = changed.message().isEmpty()
                || changed.outcome() == ChangeOutcome.DONE && changed.newJobId().isEmpty();
        return changed.jobId() + "  " + what + (plain ? "" : ": " + Text.oneLine(changed.message(), 200));
    }

    private static String verdict(Verdict verdict) {
        String message = verdict.message().isEmpty() ? "" : ": " + Text.oneLine(verdict.message(), 200);
        return word(verdict.kind()) + ", the job is " + word(verdict.state()) + message;
    }

    private static String script(String script) {
        List<String> lines = script.strip().lines().toList();
        if (lines.size() <= SCRIPT_LINES) return String.join("\n", lines);
        return String.join("\n", lines.subList(0, SCRIPT_LINES)) + "\n… and " + (lines.size() - SCRIPT_LINES)
                + " more lines";
    }

    private static String dependency(Dependency after) {
        boolean any = after.when() == Dependency.When.FINAL;
        boolean hold = after.otherwise() == Dependency.Otherwise.HOLD;
        return after.jobId() + (any ? " however it ends" : hold ? ", else held" : ", else cancelled");
    }

    private static String unique(Unique unique) {
        if (unique.key().isEmpty()) return "";
        return unique.key() + (unique.period().isZero() ? " until final" : " for " + Durations.format(unique.period()));
    }

    static String backoff(Backoff backoff) {
        String first = Durations.format(backoff.first());
        return backoff.factor() == 1 ? first : first + ".." + Durations.format(backoff.most());
    }

    private static String rescues(int rescues) {
        return rescues == 0 ? "" : ", rescued " + (rescues == 1 ? "once" : rescues + " times");
    }

    private static String pairs(Map<String, String> pairs) {
        return new TreeMap<>(pairs)
                .entrySet().stream()
                        .map(pair -> pair.getKey() + "=" + pair.getValue())
                        .collect(Collectors.joining(" "));
    }

    private static boolean isWaiting(JobView job) {
        return (job.state() == JobState.SCHEDULED || job.state() == JobState.RETRYABLE) && isSet(job.scheduledAt());
    }

    private static boolean isSet(Instant instant) {
        return instant.isAfter(Instant.EPOCH);
    }

    private String both(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS) + " (" + relative(instant) + ")";
    }

    private String relative(Instant instant) {
        if (!isSet(instant)) return "";
        Duration ago = Duration.between(instant, clock.instant());
        // Clocks of two machines differ a little.
        if (ago.abs().compareTo(Duration.ofSeconds(1)) < 0) return "now";
        return ago.isNegative() ? "in " + Durations.format(ago) : Durations.format(ago) + " ago";
    }
}
