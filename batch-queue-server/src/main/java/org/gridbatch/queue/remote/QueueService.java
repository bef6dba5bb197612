/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.remote;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.gridbatch.api.Ad;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.AuditPage;
import org.gridbatch.api.AuditQuery;
import org.gridbatch.api.BatchException;
import org.gridbatch.api.Changed;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.FinalJobs;
import org.gridbatch.api.FinalPage;
import org.gridbatch.api.GridStatus;
import org.gridbatch.api.Heartbeat;
import org.gridbatch.api.HeartbeatReply;
import org.gridbatch.api.History;
import org.gridbatch.api.HistoryPage;
import org.gridbatch.api.HistoryQuery;
import org.gridbatch.api.IndeterminateException;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobPage;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limit;
import org.gridbatch.api.LimitChange;
import org.gridbatch.api.Limits;
import org.gridbatch.api.LiveJobs;
import org.gridbatch.api.LiveText;
import org.gridbatch.api.LiveView;
import org.gridbatch.api.Operations;
import org.gridbatch.api.OperatorRules;
import org.gridbatch.api.QueueChange;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.QueueView;
import org.gridbatch.api.Reason;
import org.gridbatch.api.Report;
import org.gridbatch.api.ScheduleSpec;
import org.gridbatch.api.ScheduleView;
import org.gridbatch.api.Schedules;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.UnknownJobException;
import org.gridbatch.api.Verdict;
import org.gridbatch.api.VerdictKind;
import org.gridbatch.api.WorkQueue;
import org.gridbatch.api.WorkerFit;
import org.gridbatch.api.WorkerView;
import org.gridbatch.queue.archive.HistoryReads;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Items;
import org.gridbatch.queue.core.Place;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.core.Schedule;
import org.gridbatch.queue.cron.Cron;
import org.gridbatch.queue.engine.Finals;
import org.gridbatch.queue.engine.QueueEngine;
import org.gridbatch.queue.engine.Settings;
import org.gridbatch.queue.match.Filters;
import org.osgi.framework.Filter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The remote face of the engine: it checks what the records of the API cannot check themselves, makes a command of each
 * call, and takes the answer out of the result. Every failure is in the stage, as the bare exception. It is public
 * because providers call it by reflection.
 */
public final class QueueService implements JobQueue, WorkQueue, Operations, History, Schedules, LiveJobs, FinalJobs {
    private static final Logger LOG = LoggerFactory.getLogger(QueueService.class);
    private static final int MAX_ITEM_DIGITS = 7;
    private static final int MAX_WEIGHT = 1_000;
    private static final int MAX_SCHEDULES = 10_000;
    private static final long MAX_SCHEDULE_BYTES = 64L << 20;
    /** A call with many big reports is logged in pieces of about this size. */
    private static final int PIECE_CHARS = 512 << 10;

    private final QueueEngine engine;
    private final Settings settings;
    private final Executor times;
    private final HistoryReads history;

    /**
     * @param times computes the times of schedules, which takes too long for the thread that answers everybody
     * @param history null if there is none
     */
    public QueueService(QueueEngine engine, Settings settings, Executor times, HistoryReads history) {
        this.engine = engine;
        this.settings = settings;
        this.times = times;
        this.history = history;
    }

    @Override
    public CompletionStage<List<Submitted>> submit(List<JobSpec> jobs, String by) {
        return guarded(() -> {
            List<JobSpec> checked = list("jobs", jobs, 1);
            checked.forEach(this::checkJob);
            return then(
                    engine.execute(new Command.Submit(checked, settings.room(), orNobody(by))),
                    result -> as(Result.Accepted.class, result).jobs());
        });
    }

    @Override
    public CompletionStage<Submitted> openArray(ArraySpec array, String by) {
        return guarded(() -> {
            ArraySpec checked = given("array", array);
            checkJob(checked.template());
            if (checked.then() != null) checkJob(checked.then());
            Filters.of("on each of array " + checked.arrayId(), checked.onEach());
            return then(
                    engine.openArray(checked, orNobody(by)),
                    result -> as(Result.Accepted.class, result).jobs().get(0));
        });
    }

    @Override
    public CompletionStage<Integer> addItems(String arrayId, int from, List<String> items) {
        return guarded(() -> {
            range("from", from, 0, Limits.ITEMS);
            given("list of items", items);
            range("the number of items", items.size(), 1, Limits.ITEMS_OF_CALL);
            int chars = 0;
            for (int i = 0; i < items.size(); i++) {
                String item = given("item " + (from + i), items.get(i));
                if (item.length() > Limits.ITEM) {
                    throw new InvalidRequestException("item " + (from + i) + " of array " + arrayId + " has "
                            + item.length() + " characters, want at most " + Limits.ITEM);
                }
                chars += item.length();
            }
            range("the number of characters of all items", chars, 0, Limits.CHARS_OF_CALL);
            return then(
                    engine.execute(new Command.AddItems(id(arrayId), from, Items.of(items), settings.room())),
                    result -> as(Result.Done.class, result).jobs());
        });
    }

    @Override
    public CompletionStage<Submitted> sealArray(String arrayId, int count) {
        return guarded(() -> {
            range("count", count, 0, Limits.ITEMS);
            return then(
                    engine.execute(new Command.SealArray(id(arrayId), count)),
                    result -> as(Result.Accepted.class, result).jobs().get(0));
        });
    }

    @Override
    public CompletionStage<Void> pauseArray(String arrayId, boolean paused, String by) {
        return guarded(() -> set(new Command.PauseArray(id(arrayId), paused, by(by))));
    }

    @Override
    public CompletionStage<Void> throttleArray(String arrayId, int most, String by) {
        return guarded(() -> {
            range("throttle", most, 0, Limits.ITEMS);
            return set(new Command.ThrottleArray(id(arrayId), most, by(by)));
        });
    }

    private void checkJob(JobSpec job) {
        checkNotOfItem(job.jobId());
        checkScript(job);
        Filters.of("requires of job " + job.jobId(), job.placement().requires());
    }

    private static void checkNotOfItem(String jobId) {
        if (isItemId(jobId)) {
            throw new InvalidRequestException("job id " + jobId
                    + " ends in a colon and a number, as the ids of the items of an array do; choose another one");
        }
    }

    /** By hand, as it is done for every job. */
    private static boolean isItemId(String jobId) {
        int from = jobId.lastIndexOf(':') + 1;
        int digits = jobId.length() - from;
        if (from == 0 || digits < 1 || digits > MAX_ITEM_DIGITS) return false;
        for (int i = from; i < jobId.length(); i++) {
            if (jobId.charAt(i) < '0' || jobId.charAt(i) > '9') return false;
        }
        return true;
    }

    private void checkScript(JobSpec job) {
        long bytes = utf8Length(job.script());
        if (bytes > settings.maxScriptBytes()) {
            throw new InvalidRequestException("the script of job " + job.jobId() + " has " + bytes
                    + " bytes, want at most " + settings.maxScriptBytes());
        }
    }

    private static long utf8Length(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // Each half of a surrogate pair counts two of its four bytes.
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return bytes;
    }

    @Override
    public CompletionStage<JobDetail> get(String jobId) {
        return guarded(() -> fromHistory(jobId, engine.get(id(jobId)), Function.identity()));
    }

    /** Answers from the history if the job is not in memory. */
    private <T> CompletableFuture<T> fromHistory(
            String jobId, CompletableFuture<T> fromMemory, Function<JobDetail, T> part) {
        if (history == null) return fromMemory;
        CompletableFuture<T> answer = new CompletableFuture<>();
        fromMemory.whenComplete((value, e) -> {
            if (e == null) {
                answer.complete(value);
            } else if (bare(e) instanceof UnknownJobException unknown) {
                history.get(jobId).whenComplete((found, failure) -> {
                    if (failure != null) answer.completeExceptionally(bare(failure));
                    else if (found.isEmpty()) answer.completeExceptionally(unknown);
                    else answer.complete(part.apply(found.get()));
                });
            } else {
                answer.completeExceptionally(bare(e));
            }
        });
        return answer;
    }

    @Override
    public CompletionStage<HistoryPage> find(HistoryQuery query) {
        return guarded(() -> history().find(given("query", query)));
    }

    @Override
    public CompletionStage<AuditPage> audit(AuditQuery query) {
        return guarded(() -> history().audit(given("query", query)));
    }

    private HistoryReads history() {
        if (history == null) throw new InvalidRequestException("this grid keeps no history: its archive.url is none");
        return history;
    }

    @Override
    public CompletionStage<JobPage> find(JobQuery query) {
        return guarded(() -> engine.find(given("query", query)));
    }

    @Override
    public CompletionStage<JobView> await(String jobId, Duration atMost) {
        return guarded(() -> fromHistory(
                jobId,
                engine.await(id(jobId), duration("at most", atMost, Duration.ZERO, Limits.WAIT)),
                JobDetail::view));
    }

    @Override
    public CompletionStage<FinalPage> after(String position, String filter, int most, Duration atMost) {
        return guarded(() -> {
            String text = position == null ? "" : position;
            Place after = text.isEmpty() ? null : Place.parse(name("position", text));
            Filter checked = filter(filter == null ? "" : filter);
            range("most", most, 1, Limits.BULK);
            CompletableFuture<Finals> inMemory =
                    engine.finals(after, checked, most, duration("at most", atMost, Duration.ZERO, Limits.WAIT));
            CompletableFuture<FinalPage> answer = new CompletableFuture<>();
            inMemory.whenComplete((finals, e) -> {
                if (e != null) answer.completeExceptionally(bare(e));
                else if (finals.forgotten() == null) answer.complete(page(finals, finals.next(), finals.missed()));
                else if (history == null) answer.complete(page(finals, finals.forgotten(), true));
                else fromHistory(finals, checked, most, answer);
            });
            // Who has hung up waits no more.
            answer.whenComplete((page, e) -> inMemory.cancel(false));
            return answer;
        });
    }

    private static FinalPage page(Finals finals, Place next, boolean missed) {
        return new FinalPage(finals.jobs(), next.toString(), missed);
    }

    private void fromHistory(Finals finals, Filter filter, int most, CompletableFuture<FinalPage> answer) {
        history.finals(
                        finals.next(),
                        finals.forgotten(),
                        view -> filter == null || filter.matches(Filters.attributes(view)),
                        most)
                .whenComplete((page, e) -> {
                    if (e == null) answer.complete(page);
                    else answer.completeExceptionally(bare(e));
                });
    }

    private static Filter filter(String text) {
        if (text.length() > Limits.TEXT) {
            throw new InvalidRequestException(
                    "the filter has " + text.length() + " characters, want at most " + Limits.TEXT);
        }
        return Filters.of("filter", text);
    }

    @Override
    public CompletionStage<LiveView> live(String jobId, long outFrom, long errFrom) {
        return guarded(() -> {
            // The records check the offsets.
            LiveText out = new LiveText(outFrom, "");
            LiveText err = new LiveText(errFrom, "");
            return fromHistory(
                    jobId, engine.live(id(jobId), outFrom, errFrom), detail -> ended(detail.view(), out, err));
        });
    }

    private static LiveView ended(JobView job, LiveText out, LiveText err) {
        return new LiveView(job.jobId(), job.state(), 0, job.attempt(), job.worker(), null, null, null, out, err);
    }

    @Override
    public CompletionStage<List<LiveView>> progress(List<String> jobIds) {
        return guarded(() -> {
            List<String> ids = list("job ids", jobIds, 0);
            ids.forEach(QueueService::id);
            return engine.progress(ids);
        });
    }

    @Override
    public CompletionStage<List<Changed>> cancel(List<String> jobIds, String reason, String by) {
        return guarded(() -> {
            String why = reason == null ? "" : reason;
            if (why.length() > Limits.TEXT) {
                throw new InvalidRequestException(
                        "the reason has " + why.length() + " characters, want at most " + Limits.TEXT);
            }
            String checkedBy = by(by);
            return change(jobIds, ids -> new Command.Cancel(ids, why, checkedBy));
        });
    }

    @Override
    public CompletionStage<List<Changed>> retry(List<String> jobIds, String by) {
        return guarded(() -> {
            String checkedBy = by(by);
            CompletableFuture<List<Changed>> inMemory =
                    change(jobIds, ids -> new Command.Retry(ids, settings.room(), checkedBy));
            if (history == null) return inMemory;
            HistoryRetries retries = new HistoryRetries(engine, history, settings.room());
            return then(inMemory.thenCompose(answers -> retries.retry(answers, checkedBy)), Function.identity());
        });
    }

    @Override
    public CompletionStage<List<Changed>> snooze(List<String> jobIds, Duration delay, String by) {
        return guarded(() -> {
            Duration checked = duration("delay", delay, Duration.ofMillis(1), Limits.DELAY);
            String checkedBy = by(by);
            return change(jobIds, ids -> new Command.Snooze(ids, checked, checkedBy));
        });
    }

    private static String by(String by) {
        String given = orNobody(by);
        return given.isEmpty() ? "unknown" : given;
    }

    private static String orNobody(String by) {
        if (by == null || by.isBlank()) return "";
        if (by.length() > Limits.BY) {
            throw new InvalidRequestException("by has " + by.length() + " characters, want at most " + Limits.BY);
        }
        return by;
    }

    private CompletableFuture<List<Changed>> change(List<String> jobIds, Function<List<String>, Command> command) {
        List<String> ids = list("job ids", jobIds, 0);
        ids.forEach(QueueService::id);
        if (ids.isEmpty()) return CompletableFuture.completedFuture(List.of());
        return then(
                engine.execute(command.apply(ids)),
                result -> as(Result.Altered.class, result).jobs());
    }

    @Override
    public CompletionStage<List<WorkerView>> workers() {
        return guarded(engine::workers);
    }

    @Override
    public CompletionStage<GridStatus> status() {
        return guarded(engine::status);
    }

    @Override
    public CompletionStage<List<QueueView>> queues() {
        return guarded(engine::queues);
    }

    @Override
    public CompletionStage<Void> configure(QueueSettings settings, String by) {
        return guarded(() -> set(new Command.Configure(given("settings", settings), by(by))));
    }

    @Override
    public CompletionStage<QueueSettings> adjust(QueueChange change, String by) {
        return guarded(() -> then(
                engine.execute(new Command.Adjust(given("change", change), by(by))),
                result -> as(Result.Adjusted.class, result).settings()));
    }

    @Override
    public CompletionStage<Limit> adjustLimit(String limitKey, LimitChange change, String by) {
        return guarded(() -> then(
                engine.execute(new Command.AdjustLimit(name("limit key", limitKey), given("change", change), by(by))),
                result -> as(Result.Limited.class, result).limit()));
    }

    @Override
    public CompletionStage<Void> pause(String queue, boolean paused, String by) {
        // The record checks the name.
        return guarded(() -> set(new Command.Pause(QueueSettings.of(queue).queue(), paused, by(by))));
    }

    @Override
    public CompletionStage<Void> weigh(String tenant, int weight, String by) {
        return guarded(() -> {
            if (weight < 1 || weight > MAX_WEIGHT) {
                throw new InvalidRequestException("weight is " + weight + ", want 1 to " + MAX_WEIGHT);
            }
            return set(new Command.Weigh(
                    tenant == null || tenant.isEmpty() ? "" : name("tenant", tenant), weight, by(by)));
        });
    }

    @Override
    public CompletionStage<Void> restrict(String limitKey, Limit limit, String by) {
        return guarded(() -> set(new Command.Restrict(name("limit key", limitKey), given("limit", limit), by(by))));
    }

    @Override
    public CompletionStage<Void> drain(String worker, boolean drained, String by) {
        return guarded(() -> set(new Command.Drain(name("worker", worker), drained, by(by))));
    }

    @Override
    public CompletionStage<Void> put(ScheduleSpec spec, String by) {
        return guarded(() -> {
            ScheduleSpec checked = given("schedule", spec);
            checkScript(checked.template());
            Filters.of(
                    "requires of schedule " + checked.name(),
                    checked.template().placement().requires());
            Cron cron = Cron.of(checked.cron(), checked.zone());
            String checkedBy = by(by);
            CompletableFuture<Void> done = new CompletableFuture<>();
            engine.now().whenComplete((now, e) -> {
                if (e != null) {
                    done.completeExceptionally(bare(e));
                    return;
                }
                long next = cron.next(now.toEpochMilli());
                set(new Command.PutSchedule(checked, next, MAX_SCHEDULES, MAX_SCHEDULE_BYTES, checkedBy))
                        .whenComplete((nothing, failure) -> {
                            if (failure == null) done.complete(null);
                            else done.completeExceptionally(bare(failure));
                        });
            });
            return done;
        });
    }

    @Override
    public CompletionStage<Void> remove(String name, String by) {
        return guarded(() -> set(new Command.RemoveSchedule(name("schedule", name), by(by))));
    }

    @Override
    public CompletionStage<Void> pauseSchedule(String name, boolean paused, String by) {
        return guarded(() -> set(new Command.PauseSchedule(name("schedule", name), paused, by(by))));
    }

    @Override
    public CompletionStage<Submitted> runNow(String name, String jobId, String by) {
        return guarded(() -> {
            String id = JobSpec.script("x").jobId(id(jobId)).build().jobId();
            checkNotOfItem(id);
            return then(
                    engine.execute(new Command.RunSchedule(name("schedule", name), id, settings.room(), by(by))),
                    result -> as(Result.Accepted.class, result).jobs().get(0));
        });
    }

    @Override
    public CompletionStage<List<ScheduleView>> list(String after, int most, int next) {
        return guarded(() -> {
            range("most", most, 1, Limits.BULK);
            range("next", next, 0, Schedules.MAX_LISTED_NEXT);
            return then(
                    engine.now()
                            .thenCombineAsync(
                                    engine.schedules(after == null ? "" : after, most, PIECE_CHARS),
                                    (now, page) -> page.stream()
                                            .map(one -> view(one, now, next))
                                            .toList(),
                                    times),
                    Function.identity());
        });
    }

    @Override
    public CompletionStage<ScheduleView> get(String name, int next) {
        return guarded(() -> {
            range("next", next, 0, Schedules.MAX_NEXT);
            return then(
                    engine.now()
                            .thenCombineAsync(
                                    engine.schedule(name("schedule", name)), (now, one) -> view(one, now, next), times),
                    Function.identity());
        });
    }

    @Override
    public CompletionStage<List<Instant>> preview(String cron, String zone, int most) {
        return guarded(() -> {
            range("most", most, 1, Schedules.MAX_NEXT);
            String text = given("cron expression", cron);
            if (text.length() > ScheduleSpec.CRON) {
                throw new InvalidRequestException(
                        "the cron expression has " + text.length() + " characters, want at most " + ScheduleSpec.CRON);
            }
            Cron checked = Cron.of(text, zone == null || zone.isBlank() ? "UTC" : zone.strip());
            return then(engine.now().thenApplyAsync(now -> checked.next(now, most), times), Function.identity());
        });
    }

    private static ScheduleView view(Schedule schedule, Instant now, int next) {
        ScheduleSpec spec = schedule.spec();
        List<String> jobIds = new ArrayList<>(schedule.jobIds());
        Collections.reverse(jobIds);
        return new ScheduleView(
                spec,
                schedule.paused(),
                Instant.ofEpochMilli(schedule.firedMillis()),
                schedule.skipped(),
                next == 0 ? List.of() : Cron.of(spec.cron(), spec.zone()).next(now, next),
                jobIds);
    }

    private static void range(String field, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidRequestException(field + " is " + value + ", want " + least + " to " + most);
        }
    }

    private CompletableFuture<Void> set(Command command) {
        return then(engine.execute(command), result -> {
            as(Result.Done.class, result);
            return null;
        });
    }

    @Override
    public CompletionStage<OperatorRules> rules() {
        return guarded(engine::rules);
    }

    @Override
    public CompletionStage<List<Reason>> why(String jobId) {
        return guarded(() -> engine.why(id(jobId)));
    }

    @Override
    public CompletionStage<List<WorkerFit>> fits(JobSpec job) {
        return guarded(() -> {
            JobSpec checked = given("job", job);
            checkJob(checked);
            return engine.fits(checked);
        });
    }

    @Override
    public CompletionStage<List<Lease>> claim(ClaimRequest request) {
        return guarded(() -> engine.claim(given("claim", request)));
    }

    @Override
    public CompletionStage<Void> advertise(String worker, String incarnation, Ad ad) {
        return guarded(
                () -> engine.advertise(name("worker", worker), name("incarnation", incarnation), given("ad", ad)));
    }

    @Override
    public CompletionStage<HeartbeatReply> heartbeat(Heartbeat beat) {
        return guarded(() -> engine.heartbeat(given("heartbeat", beat)));
    }

    @Override
    public CompletionStage<List<Verdict>> report(List<Report> reports) {
        return guarded(() -> {
            List<CompletableFuture<List<Verdict>>> pieces = new ArrayList<>();
            for (List<Report> piece : pieces(list("reports", reports, 1))) {
                pieces.add(then(
                        engine.execute(new Command.End(piece)),
                        result -> as(Result.Judged.class, result).verdicts()));
            }
            return joined(pieces);
        });
    }

    private static List<List<Report>> pieces(List<Report> reports) {
        List<List<Report>> pieces = new ArrayList<>();
        int from = 0;
        int chars = 0;
        for (int i = 0; i < reports.size(); i++) {
            Report one = reports.get(i);
            chars += one.error().length()
                    + one.result().length()
                    + one.out().head().length();
            chars += one.out().tail().length()
                    + one.err().head().length()
                    + one.err().tail().length();
            if (chars >= PIECE_CHARS || i == reports.size() - 1) {
                pieces.add(reports.subList(from, i + 1));
                from = i + 1;
                chars = 0;
            }
        }
        return pieces;
    }

    private static CompletableFuture<List<Verdict>> joined(List<CompletableFuture<List<Verdict>>> pieces) {
        CompletableFuture<List<Verdict>> all = new CompletableFuture<>();
        CompletableFuture.allOf(pieces.toArray(new CompletableFuture<?>[0])).whenComplete((done, e) -> {
            if (e != null && pieces.size() > 1) {
                // Some reports may be recorded: the worker repeats them all, and hears so.
                all.completeExceptionally(
                        new IndeterminateException("not all reports were recorded: " + bare(e).getMessage()));
            } else if (e != null) {
                all.completeExceptionally(bare(e));
            } else {
                List<Verdict> verdicts = new ArrayList<>();
                for (CompletableFuture<List<Verdict>> piece : pieces) verdicts.addAll(piece.join());
                for (Verdict verdict : verdicts) {
                    if (verdict.kind() == VerdictKind.STALE) LOG.warn("refused a report: {}", verdict.message());
                }
                all.complete(verdicts);
            }
        });
        return all;
    }

    private static <T> CompletionStage<T> guarded(Supplier<CompletableFuture<T>> call) {
        try {
            return call.get();
        } catch (BatchException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Like {@code thenApply}, but a failure stays what it is instead of coming wrapped. */
    private static <A, B> CompletableFuture<B> then(CompletableFuture<A> stage, Function<A, B> function) {
        CompletableFuture<B> next = new CompletableFuture<>();
        stage.whenComplete((value, e) -> {
            try {
                if (e == null) {
                    next.complete(function.apply(value));
                } else {
                    next.completeExceptionally(bare(e));
                }
            } catch (RuntimeException refused) {
                next.completeExceptionally(refused);
            }
        });
        return next;
    }

    private static Throwable bare(Throwable e) {
        return e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
    }

    private static <R extends Result> R as(Class<R> type, Result result) {
        if (result instanceof Result.Refused refused) throw refused.toException();
        return type.cast(result);
    }

    private static <T> T given(String field, T value) {
        if (value == null) throw new InvalidRequestException("the " + field + " is missing");
        return value;
    }

    private static String id(String jobId) {
        return name("job id", jobId);
    }

    private static String name(String field, String value) {
        if (value == null || value.isEmpty() || value.length() > Limits.NAME) {
            throw new InvalidRequestException(field + " is " + (value == null ? "missing" : "'" + head(value) + "'")
                    + ", want 1 to " + Limits.NAME + " characters");
        }
        return value;
    }

    private static String head(String text) {
        return text.length() <= Limits.NAME ? text : text.substring(0, Limits.NAME) + "…";
    }

    private static Duration duration(String field, Duration value, Duration least, Duration most) {
        if (value == null || value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new InvalidRequestException(field + " is " + value + ", want " + least + " to " + most);
        }
        return value;
    }

    private static <T> List<T> list(String field, List<T> values, int least) {
        given("list of " + field, values);
        if (values.size() < least || values.size() > Limits.BULK) {
            throw new InvalidRequestException(
                    field + " has " + values.size() + " entries, want " + least + " to " + Limits.BULK);
        }
        for (T value : values) given("entry in " + field, value);
        return List.copyOf(values);
    }
}
