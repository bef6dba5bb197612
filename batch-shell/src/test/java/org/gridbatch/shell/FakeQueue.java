/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.gridbatch.api.Ad;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.ArrayView;
import org.gridbatch.api.AttemptOutcome;
import org.gridbatch.api.AttemptView;
import org.gridbatch.api.AuditPage;
import org.gridbatch.api.AuditQuery;
import org.gridbatch.api.AuditRecord;
import org.gridbatch.api.BatchException;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.Changed;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.GridStatus;
import org.gridbatch.api.Heartbeat;
import org.gridbatch.api.HeartbeatReply;
import org.gridbatch.api.History;
import org.gridbatch.api.HistoryPage;
import org.gridbatch.api.HistoryQuery;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobConflictException;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobPage;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limit;
import org.gridbatch.api.LimitChange;
import org.gridbatch.api.LiveJobs;
import org.gridbatch.api.LiveText;
import org.gridbatch.api.LiveView;
import org.gridbatch.api.Operations;
import org.gridbatch.api.OperatorRules;
import org.gridbatch.api.Progress;
import org.gridbatch.api.QueueChange;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.api.QueueView;
import org.gridbatch.api.Reason;
import org.gridbatch.api.Report;
import org.gridbatch.api.ReportKind;
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

/** A queue in memory that does just enough for the commands; every call can be made to fail. */
final class FakeQueue implements JobQueue, WorkQueue, Operations, History, Schedules, LiveJobs, QueueCalls {
    static final Instant NOW = Instant.parse("2030-01-31T18:00:00Z");

    final Map<String, JobDetail> jobs = new LinkedHashMap<>();
    final Map<Long, Lease> leases = new LinkedHashMap<>();
    final List<Report> reports = new CopyOnWriteArrayList<>();
    final List<Heartbeat> heartbeats = new CopyOnWriteArrayList<>();
    String problem = "";
    final List<HistoryQuery> queries = new CopyOnWriteArrayList<>();
    final List<AuditRecord> audits = new CopyOnWriteArrayList<>();
    final List<ClaimRequest> claims = new CopyOnWriteArrayList<>();
    final List<WorkerView> workers = new ArrayList<>();
    final Map<String, QueueSettings> settings = new TreeMap<>();
    final Map<String, Integer> weights = new TreeMap<>();
    final Map<String, Limit> limits = new TreeMap<>();
    final List<String> drained = new ArrayList<>();
    final List<Reason> reasons = new ArrayList<>();
    final List<WorkerFit> fits = new ArrayList<>();

    /** What to answer instead when it is asked which workers fit. */
    BatchException whenAsked;

    final Map<String, ScheduleView> schedules = new LinkedHashMap<>();
    final Map<String, FakeArray> arrays = new LinkedHashMap<>();

    /** How many items came with each call. */
    final List<Integer> pieces = new ArrayList<>();

    /** What adding items fails with. */
    volatile RuntimeException whenAdded;

    /** How long await waits before it answers. */
    volatile Duration awaitPause = Duration.ZERO;

    /** An item that no array takes. */
    volatile String refusedItem = "";

    /** What executing jobs tell, with all of their output. */
    final Map<String, LiveView> lives = new ConcurrentHashMap<>();

    /** Whether a job whose id is known is another one. */
    volatile boolean conflicts;

    volatile RuntimeException failure;
    volatile Duration leaseFor = Duration.ofSeconds(30);
    volatile List<Long> lost = List.of();
    volatile List<Long> cancelled = List.of();
    volatile int maxScriptBytes = 10_000;
    volatile int statusCalls;

    /** When a claim is answered, if it is to be answered late. */
    volatile CompletableFuture<Void> claimAnswer;

    /** What await answers, if it is to answer late. */
    volatile CompletableFuture<JobView> awaits;

    @Override
    public CompletionStage<Void> put(ScheduleSpec spec, String by) {
        schedules.put(
                spec.name(),
                new ScheduleView(spec, false, Instant.EPOCH, 0, List.of(NOW.plusSeconds(3_600)), List.of()));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> remove(String name, String by) {
        schedules.remove(name);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> pauseSchedule(String name, boolean paused, String by) {
        schedules.computeIfPresent(
                name, (key, old) -> new ScheduleView(old.spec(), paused, Instant.EPOCH, 0, old.next(), List.of()));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Submitted> runNow(String name, String jobId, String by) {
        return CompletableFuture.completedFuture(new Submitted(jobId, false, JobState.AVAILABLE));
    }

    @Override
    public CompletionStage<List<ScheduleView>> list(String after, int most, int next) {
        return CompletableFuture.completedFuture(schedules.values().stream()
                .filter(one -> one.spec().name().compareTo(after) > 0)
                .toList());
    }

    @Override
    public CompletionStage<ScheduleView> get(String name, int next) {
        ScheduleView found = schedules.get(name);
        return found != null
                ? CompletableFuture.completedFuture(found)
                : CompletableFuture.failedFuture(new InvalidRequestException("there is no schedule '" + name + "'"));
    }

    @Override
    public CompletionStage<List<Instant>> preview(String cron, String zone, int most) {
        return CompletableFuture.completedFuture(List.of(NOW.plusSeconds(3_600)));
    }

    synchronized void put(JobView view, String script, AttemptView... attempts) {
        JobSpec spec = JobSpec.script(script)
                .jobId(view.jobId())
                .queue(view.queue())
                .name(view.name())
                .build()
                .withDefaultsOf(QueueSettings.of(view.queue()));
        jobs.put(view.jobId(), new JobDetail(view, spec, List.of(attempts)));
    }

    static JobView view(String id, JobState state) {
        return view(id, state, "", "", "", ArrayView.NONE);
    }

    static JobView failed(String id, JobState state, String error) {
        return new JobView(
                id,
                "default",
                "",
                "",
                state,
                2,
                5,
                0,
                "w1",
                NOW.minusSeconds(90),
                NOW.plusSeconds(10),
                state.isFinal() ? NOW : null,
                error,
                "",
                Map.of(),
                "",
                "",
                "",
                "",
                ArrayView.NONE,
                "");
    }

    static AttemptView attempt(int number, AttemptOutcome outcome, String error, String out, String err) {
        Instant end = outcome == AttemptOutcome.EXECUTING ? null : NOW.minusSeconds(50);
        return new AttemptView(
                number, number, "w1", NOW.minusSeconds(60), end, outcome, error, "", text(out), text(err));
    }

    private static CapturedText text(String text) {
        return new CapturedText(text, "", text.length());
    }

    @Override
    public synchronized CompletionStage<List<Submitted>> submit(List<JobSpec> specs, String by) {
        List<Submitted> answers = new ArrayList<>();
        for (JobSpec pushed : specs) {
            JobSpec spec = pushed.withDefaultsOf(QueueSettings.of(pushed.queue()));
            boolean known = jobs.containsKey(spec.jobId());
            if (known && conflicts) {
                return CompletableFuture.failedFuture(new JobConflictException(
                        "job " + spec.jobId() + " is known with another content", spec.jobId()));
            }
            JobState state = spec.delay().isZero() ? JobState.AVAILABLE : JobState.SCHEDULED;
            if (!known) {
                JobView view = new JobView(
                        spec.jobId(),
                        spec.queue(),
                        spec.tenant(),
                        spec.name(),
                        state,
                        0,
                        spec.maxAttempts(),
                        0,
                        "",
                        NOW,
                        NOW,
                        null,
                        "",
                        "",
                        spec.tags(),
                        "",
                        "",
                        "",
                        "",
                        ArrayView.NONE,
                        by);
                jobs.put(spec.jobId(), new JobDetail(view, spec, List.of()));
            }
            answers.add(new Submitted(
                    spec.jobId(), known, jobs.get(spec.jobId()).view().state()));
        }
        return answer(answers);
    }

    @Override
    public synchronized CompletionStage<JobDetail> get(String jobId) {
        JobDetail job = jobs.get(jobId);
        return job == null ? CompletableFuture.failedFuture(unknown(jobId)) : answer(job);
    }

    /** A job begins to execute, or prints more. */
    synchronized void tells(String id, long leaseId, Progress progress, String out, String err) {
        LiveText text = new LiveText(0, out);
        lives.put(
                id,
                new LiveView(
                        id,
                        JobState.EXECUTING,
                        leaseId,
                        (int) leaseId,
                        "w1",
                        NOW,
                        progress,
                        Map.of("shop", "42"),
                        text,
                        new LiveText(0, err)));
    }

    /** An attempt ends, and with it what it told. */
    synchronized void ends(String id, JobView view, AttemptView... attempts) {
        lives.remove(id);
        put(view, "x", attempts);
    }

    @Override
    public synchronized CompletionStage<LiveView> live(String jobId, long outFrom, long errFrom) {
        JobDetail job = jobs.get(jobId);
        if (job == null) return CompletableFuture.failedFuture(unknown(jobId));
        LiveView live = lives.get(jobId);
        boolean executing = live != null;
        return answer(new LiveView(
                jobId,
                executing ? JobState.EXECUTING : job.view().state(),
                executing ? live.leaseId() : 0,
                1,
                "w1",
                NOW,
                executing ? live.progress() : null,
                executing ? live.notes() : null,
                executing ? live.out().from(outFrom) : new LiveText(outFrom, ""),
                executing ? live.err().from(errFrom) : new LiveText(errFrom, "")));
    }

    @Override
    public CompletionStage<List<LiveView>> progress(List<String> jobIds) {
        return answer(jobIds.stream().map(lives::get).filter(Objects::nonNull).toList());
    }

    @Override
    public synchronized CompletionStage<JobPage> find(JobQuery query) {
        List<JobView> found = new ArrayList<>();
        boolean passed = query.after().isEmpty();
        String next = "";
        List<JobDetail> all = new ArrayList<>(jobs.values());
        if (query.newestFirst()) java.util.Collections.reverse(all);
        for (JobDetail job : all) {
            JobView view = job.view();
            if (passed && matches(query, view)) {
                if (found.size() == query.limit()) {
                    next = found.get(found.size() - 1).jobId();
                    break;
                }
                found.add(view);
            }
            if (view.jobId().equals(query.after())) passed = true;
        }
        return answer(new JobPage(found, next));
    }

    private static boolean matches(JobQuery query, JobView job) {
        boolean isWanted = query.array().isEmpty()
                ? query.items() || job.arrayId().isEmpty()
                : query.array().equals(job.arrayId());
        return isWanted
                && (query.jobIds().isEmpty() || query.jobIds().contains(job.jobId()))
                && (query.queue().isEmpty() || query.queue().equals(job.queue()))
                && (query.states().isEmpty() || query.states().contains(job.state()))
                && (query.name().isEmpty() || query.name().equals(job.name()))
                && (query.by().isEmpty() || query.by().equals(job.by()))
                && (query.tag().isEmpty()
                        || job.tags().entrySet().stream()
                                .anyMatch(tag -> query.tag().equals(tag.getKey() + "=" + tag.getValue())));
    }

    @Override
    public CompletionStage<JobView> await(String jobId, Duration atMost) {
        if (!awaitPause.isZero()) {
            return CompletableFuture.supplyAsync(
                            () -> jobId,
                            CompletableFuture.delayedExecutor(awaitPause.toMillis(), TimeUnit.MILLISECONDS))
                    .thenCompose(this::get)
                    .thenApply(JobDetail::view);
        }
        return awaits != null ? awaits : get(jobId).thenApply(JobDetail::view);
    }

    @Override
    public synchronized CompletionStage<HistoryPage> find(HistoryQuery query) {
        queries.add(query);
        List<JobView> found = jobs.values().stream()
                .map(JobDetail::view)
                .filter(job -> job.state().isFinal())
                .filter(job -> query.queue().isEmpty() || query.queue().equals(job.queue()))
                .limit(query.limit())
                .toList();
        return answer(new HistoryPage(found, ""));
    }

    @Override
    public CompletionStage<AuditPage> audit(AuditQuery query) {
        List<AuditRecord> found = audits.stream()
                .filter(one -> query.by().isEmpty() || query.by().equals(one.by()))
                .filter(one -> query.action().isEmpty() || query.action().equals(one.action()))
                .filter(one -> query.subject().isEmpty() || query.subject().equals(one.subject()))
                .toList();
        return answer(new AuditPage(found, ""));
    }

    @Override
    public String caller() {
        return "ann@n1";
    }

    @Override
    public CompletionStage<List<Changed>> cancel(List<String> jobIds, String reason, String by) {
        audits.add(new AuditRecord(NOW, by, "cancel", jobIds.get(0), reason));
        return change(jobIds, JobState.CANCELLED, reason, "");
    }

    @Override
    public CompletionStage<List<Changed>> retry(List<String> jobIds, String by) {
        return change(jobIds, JobState.AVAILABLE, "", "-again");
    }

    @Override
    public CompletionStage<List<Changed>> snooze(List<String> jobIds, Duration delay, String by) {
        return change(jobIds, JobState.SCHEDULED, "for " + delay, "");
    }

    private synchronized CompletionStage<List<Changed>> change(
            List<String> jobIds, JobState state, String error, String newId) {
        List<Changed> answers = new ArrayList<>();
        for (String id : jobIds) {
            JobDetail job = jobs.get(id);
            if (job == null) {
                answers.add(new Changed(id, ChangeOutcome.UNKNOWN, "", "there is no such job"));
            } else if (job.view().state().isFinal()) {
                if (newId.isEmpty()) answers.add(new Changed(id, ChangeOutcome.REFUSED, "", "it is final"));
                else answers.add(new Changed(id, ChangeOutcome.DONE, id + newId, ""));
            } else {
                jobs.put(id, new JobDetail(failed(id, state, error), job.spec(), job.attempts()));
                answers.add(new Changed(id, ChangeOutcome.DONE, "", ""));
            }
        }
        return answer(answers);
    }

    @Override
    public CompletionStage<List<WorkerView>> workers() {
        return answer(List.copyOf(workers));
    }

    @Override
    public CompletionStage<GridStatus> status() {
        statusCalls++;
        return answer(new GridStatus(
                "grid-1", 7, Map.of(JobState.AVAILABLE, (long) jobs.size()), 0, maxScriptBytes, problem));
    }

    @Override
    public CompletionStage<Void> advertise(String worker, String incarnation, Ad ad) {
        throw new UnsupportedOperationException("a shell offers nothing");
    }

    @Override
    public synchronized CompletionStage<List<Lease>> claim(ClaimRequest request) {
        claims.add(request);
        for (JobDetail job : jobs.values()) {
            boolean wanted = job.view().state() == JobState.AVAILABLE
                    && (request.jobId().isEmpty()
                            || request.jobId().equals(job.view().jobId()))
                    && (request.queues().isEmpty()
                            || request.queues().contains(job.view().queue()));
            if (!wanted) continue;
            Lease lease = new Lease(leases.size() + 1L, 1, leaseFor, job.spec());
            leases.put(lease.leaseId(), lease);
            set(job, JobState.EXECUTING, request.worker(), "", "");
            if (claimAnswer != null) return claimAnswer.thenApply(nothing -> List.of(lease));
            return answer(List.of(lease));
        }
        return answer(List.of());
    }

    @Override
    public CompletionStage<HeartbeatReply> heartbeat(Heartbeat beat) {
        heartbeats.add(beat);
        return answer(new HeartbeatReply(leaseFor, lost, cancelled));
    }

    @Override
    public synchronized CompletionStage<List<Verdict>> report(List<Report> all) {
        List<Verdict> verdicts = new ArrayList<>();
        for (Report report : all) {
            reports.add(report);
            if (lost.contains(report.leaseId())) {
                verdicts.add(new Verdict(
                        report.leaseId(), VerdictKind.STALE, JobState.AVAILABLE, "lease is no longer current"));
                continue;
            }
            JobState state = switch (report.kind()) {
                case COMPLETE -> JobState.COMPLETED;
                case FAIL -> JobState.RETRYABLE;
                case SNOOZE -> JobState.SCHEDULED;
                case RELEASE -> JobState.AVAILABLE;
                default -> JobState.CANCELLED;
            };
            set(jobs.get(report.jobId()), state, report.worker(), report.error(), report.result());
            verdicts.add(new Verdict(report.leaseId(), VerdictKind.ACCEPTED, state, ""));
        }
        return answer(verdicts);
    }

    List<ReportKind> reportKinds() {
        return reports.stream().map(Report::kind).toList();
    }

    private void set(JobDetail job, JobState state, String worker, String error, String result) {
        JobView old = job.view();
        JobView view = new JobView(
                old.jobId(),
                old.queue(),
                old.tenant(),
                old.name(),
                state,
                1,
                5,
                0,
                worker,
                NOW,
                NOW,
                state.isFinal() ? NOW : null,
                error,
                result,
                old.tags(),
                "",
                "",
                "",
                "",
                ArrayView.NONE,
                old.by());
        jobs.put(old.jobId(), new JobDetail(view, job.spec(), job.attempts()));
    }

    private static UnknownJobException unknown(String jobId) {
        return new UnknownJobException("no such job: " + jobId, jobId);
    }

    private <T> CompletionStage<T> answer(T value) {
        return failure == null ? CompletableFuture.completedFuture(value) : CompletableFuture.failedFuture(failure);
    }

    @Override
    public synchronized CompletionStage<List<QueueView>> queues() {
        Map<String, Map<JobState, Long>> counts = new TreeMap<>();
        settings.keySet().forEach(queue -> counts.put(queue, new EnumMap<>(JobState.class)));
        for (JobDetail job : jobs.values()) {
            counts.computeIfAbsent(job.view().queue(), queue -> new EnumMap<>(JobState.class))
                    .merge(job.view().state(), 1L, Long::sum);
        }
        return answer(counts.entrySet().stream()
                .map(queue -> new QueueView(
                        settings.getOrDefault(queue.getKey(), QueueSettings.of(queue.getKey())), queue.getValue()))
                .toList());
    }

    @Override
    public CompletionStage<Void> configure(QueueSettings all, String by) {
        throw new AssertionError("it would undo what another operator does at the same time");
    }

    @Override
    public CompletionStage<QueueSettings> adjust(QueueChange change, String by) {
        return answer(settings.compute(
                change.queue(), (name, now) -> change.applyTo(now == null ? QueueSettings.of(name) : now)));
    }

    @Override
    public CompletionStage<Limit> adjustLimit(String limitKey, LimitChange change, String by) {
        return answer(limits.compute(limitKey, (key, now) -> change.applyTo(now == null ? Limit.NONE : now)));
    }

    @Override
    public synchronized CompletionStage<Void> pauseArray(String arrayId, boolean paused, String by) {
        return alter(arrayId, array -> array.paused = paused);
    }

    @Override
    public synchronized CompletionStage<Void> throttleArray(String arrayId, int most, String by) {
        return alter(arrayId, array -> array.throttle = most);
    }

    private CompletionStage<Void> alter(String arrayId, Consumer<FakeArray> change) {
        FakeArray array = arrays.get(arrayId);
        if (array == null) return CompletableFuture.failedFuture(unknown(arrayId));
        change.accept(array);
        update(array);
        return answer(null);
    }

    @Override
    public synchronized CompletionStage<Submitted> openArray(ArraySpec spec, String by) {
        FakeArray known = arrays.get(spec.arrayId());
        if (known == null) {
            FakeArray array = new FakeArray(spec);
            arrays.put(spec.arrayId(), array);
            if (!spec.onEach().isEmpty()) {
                workers.forEach(worker -> array.items.add(worker.worker()));
                array.sealed = true;
            }
            update(array);
            if (spec.then() != null) submit(List.of(spec.then()), by);
        }
        return answer(submitted(spec.arrayId(), known != null));
    }

    @Override
    public synchronized CompletionStage<Integer> addItems(String arrayId, int from, List<String> items) {
        FakeArray array = arrays.get(arrayId);
        if (whenAdded != null) return CompletableFuture.failedFuture(whenAdded);
        if (items.contains(refusedItem)) {
            return CompletableFuture.failedFuture(new InvalidRequestException("item '" + refusedItem + "' is bad"));
        }
        pieces.add(items.size());
        int repeated = Math.min(items.size(), array.items.size() - from);
        array.items.addAll(items.subList(repeated, items.size()));
        update(array);
        return answer(array.items.size());
    }

    @Override
    public synchronized CompletionStage<Submitted> sealArray(String arrayId, int count) {
        FakeArray array = arrays.get(arrayId);
        if (array.items.size() != count) throw new AssertionError(array.items.size() + " items and not " + count);
        boolean repeated = array.sealed;
        array.sealed = true;
        update(array);
        return answer(submitted(arrayId, repeated));
    }

    private Submitted submitted(String id, boolean repeated) {
        return new Submitted(id, repeated, jobs.get(id).view().state());
    }

    /** What an item of an array came to. */
    synchronized void end(String arrayId, int index, JobState state) {
        FakeArray array = arrays.get(arrayId);
        array.states.put(index, state);
        update(array);
    }

    /** Shows an array, and its items if it is small, among the jobs. */
    private void update(FakeArray array) {
        int size = array.items.size();
        Map<JobState, Integer> states = new EnumMap<>(JobState.class);
        for (int i = 0; i < size; i++) states.merge(array.state(i), 1, Integer::sum);
        int canary = array.spec.canary().items();
        ArrayView counts = new ArrayView(size, array.sealed, array.paused, array.throttle, canary, states);
        JobState waiting = counts.count(JobState.EXECUTING) > 0 ? JobState.EXECUTING : JobState.AVAILABLE;
        JobState state = !array.sealed
                ? JobState.BLOCKED
                : counts.done() < size
                        ? waiting
                        : counts.count(JobState.COMPLETED) == size ? JobState.COMPLETED : JobState.DISCARDED;
        JobSpec template = array.spec.template().withDefaultsOf(QueueSettings.of("default"));
        String error = state == JobState.DISCARDED
                ? counts.count(JobState.COMPLETED) + " of " + size + " items completed"
                : "";
        JobView view = view(array.spec.arrayId(), state, error, "", "", counts);
        jobs.put(view.jobId(), new JobDetail(view, template, List.of()));
        if (!array.sealed || size > 1_000) return;
        for (int i = 0; i < size; i++) {
            String id = view.jobId() + ":" + i;
            JobView item = view(id, array.state(i), "", view.jobId(), array.items.get(i), ArrayView.NONE);
            jobs.put(id, new JobDetail(item, template, List.of()));
        }
    }

    static JobView view(String id, JobState state, String error, String arrayId, String item, ArrayView array) {
        return new JobView(
                id,
                "default",
                "",
                "",
                state,
                0,
                5,
                0,
                "",
                NOW.minusSeconds(90),
                NOW,
                state.isFinal() ? NOW : null,
                error,
                "",
                Map.of(),
                "",
                "",
                arrayId,
                item,
                array,
                "");
    }

    /** An array in the making, or with what its items came to. */
    static final class FakeArray {
        final ArraySpec spec;
        final List<String> items = new ArrayList<>();
        final Map<Integer, JobState> states = new TreeMap<>();
        boolean sealed;
        boolean paused;
        int throttle;

        FakeArray(ArraySpec spec) {
            this.spec = spec;
            throttle = spec.throttle();
        }

        private JobState state(int index) {
            return states.getOrDefault(index, sealed ? JobState.AVAILABLE : JobState.BLOCKED);
        }
    }

    @Override
    public CompletionStage<Void> pause(String queue, boolean paused, String by) {
        settings.merge(queue, QueueSettings.of(queue).withPaused(paused), (old, fresh) -> old.withPaused(paused));
        return answer(null);
    }

    @Override
    public CompletionStage<Void> weigh(String tenant, int weight, String by) {
        weights.put(tenant, weight);
        return answer(null);
    }

    @Override
    public CompletionStage<Void> restrict(String limitKey, Limit limit, String by) {
        throw new AssertionError("it would undo what another operator does at the same time");
    }

    @Override
    public CompletionStage<Void> drain(String worker, boolean drain, String by) {
        if (drain) drained.add(worker);
        else drained.remove(worker);
        return answer(null);
    }

    @Override
    public CompletionStage<OperatorRules> rules() {
        return answer(new OperatorRules(weights, limits, List.copyOf(drained)));
    }

    @Override
    public CompletionStage<List<Reason>> why(String jobId) {
        return jobs.containsKey(jobId) ? answer(reasons) : CompletableFuture.failedFuture(unknown(jobId));
    }

    @Override
    public CompletionStage<List<WorkerFit>> fits(JobSpec job) {
        return whenAsked == null ? answer(List.copyOf(fits)) : CompletableFuture.failedFuture(whenAsked);
    }

    @Override
    public <S, T> CompletionStage<T> call(Class<S> service, Function<S, CompletionStage<T>> call, Duration atMost) {
        return call.apply(service.cast(this));
    }

    @Override
    public void close() {}
}
