/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.gridbatch.api.Ad;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.GridStatus;
import org.gridbatch.api.Heartbeat;
import org.gridbatch.api.HeartbeatReply;
import org.gridbatch.api.IndeterminateException;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobPage;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Lease;
import org.gridbatch.api.LiveView;
import org.gridbatch.api.OperatorRules;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.QueueView;
import org.gridbatch.api.Reason;
import org.gridbatch.api.WorkerFit;
import org.gridbatch.api.WorkerView;
import org.gridbatch.queue.core.Change;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Image;
import org.gridbatch.queue.core.Items;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.Place;
import org.gridbatch.queue.core.QueueMachine;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.core.Rules;
import org.gridbatch.queue.core.Schedule;
import org.gridbatch.queue.core.Unarchived;
import org.gridbatch.queue.log.CommandLog;
import org.gridbatch.queue.log.Entry;
import org.gridbatch.queue.log.EntryCodec;
import org.gridbatch.queue.log.ImageCodec;
import org.gridbatch.queue.log.NotAppendedException;
import org.gridbatch.queue.log.Replica;
import org.gridbatch.queue.match.Leases;
import org.gridbatch.queue.match.LiveBook;
import org.gridbatch.queue.match.Matchmaker;
import org.gridbatch.queue.match.Proposal;
import org.gridbatch.queue.match.Workers;
import org.osgi.framework.Filter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries commands through the log to the machine, and answers.
 *
 * <p>Three kinds of threads meet here. <em>Callers</em> encode their command, put it into a bounded queue, and leave.
 * The <em>core</em> executor runs one task at a time and owns the machine, the matchmaker, the lease clocks and all
 * else without a lock: it gathers what waits into one entry, hands it to the log, applies it when the log says that it
 * is committed, and meanwhile gathers the next. The <em>answers</em> executor completes the callers' stages, so that
 * what they do with an answer holds nobody up. The engine makes no thread and reads no clock itself: a test can drive
 * it step by step.
 *
 * <p>Nothing is answered as done before the log has committed and the machine has applied it. If the log says that an
 * entry surely was not appended, its callers hear {@link QueueUnavailableException}; in every other failure they hear
 * {@link IndeterminateException}, and the engine is broken: it does nothing any more, and has to be made anew from the
 * log.
 */
public final class QueueEngine implements Replica {
    private static final Logger LOG = LoggerFactory.getLogger(QueueEngine.class);

    private static final int MAX_COMMANDS_OF_ENTRY = 4_096;
    private static final int MAX_BYTES_OF_ENTRY = 4 << 20;
    /** The largest command stands alone in its entry but for grants and chores, and the log takes that. */
    private static final int MAX_BYTES_OF_COMMAND = 16 << 20;

    /** What the log may give ahead of the core thread: many small entries, or a few large ones. */
    private static final int MAX_REPLAY_AHEAD_KIB = 64 << 10;

    private static final int LEAST_AHEAD_KIB = 64;
    private static final int MOST_PROMOTED = 1_000;
    private static final int MOST_PRUNED = 1_000;
    private static final int MOST_TOLD = 1_000;
    private static final int MOST_SWEPT = 1_000;
    private static final int MOST_UNARCHIVED_WITHOUT_ARCHIVE = 1_000;
    private static final Duration LOG_PAUSE = Duration.ofMillis(200);

    private final Settings settings;
    private final CommandLog log;
    private final Ticker ticker;
    private final Executor core;
    private final Executor answers;
    private final Consumer<Throwable> onBroken;
    private final long run;

    private final Queue<Pending> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingCommands = new AtomicInteger();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicInteger waitingReads = new AtomicInteger();
    private final AtomicBoolean pumpScheduled = new AtomicBoolean();
    private final AtomicBoolean tickScheduled = new AtomicBoolean();
    private final Semaphore replayAhead = new Semaphore(MAX_REPLAY_AHEAD_KIB);
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private volatile boolean accepting;
    private volatile String problem = "";
    private volatile String archiveProblem = "";
    private volatile Backlog backlog = Backlog.NONE;
    private volatile Instant time = Instant.EPOCH;

    /** From here on, only the core executor's tasks touch anything. */
    private QueueMachine machine = new QueueMachine();

    private final Map<Long, List<Pending>> inFlight = new LinkedHashMap<>();
    private final Deque<Pending> chores = new ArrayDeque<>();
    /** What the current task has for callers; it all goes to the answers executor at once, when the task ends. */
    private final List<Runnable> told = new ArrayList<>();

    private SteadyClock clock;
    private Matchmaker matchmaker;
    private Leases leases;
    private LiveBook live;
    private Workers workers;
    private Waiters waiters;
    private Followers followers;
    private Firings firings;
    private boolean running;
    private boolean broken;
    private long nextNumber;
    private long pausedUntilNanos;
    private long lastTickNanos;
    private final Upkeep promoting = new Upkeep();
    private final Upkeep pruning = new Upkeep();
    private final Upkeep telling = new Upkeep();
    private final Upkeep sweeping = new Upkeep();
    private final Upkeep dropping = new Upkeep();
    private int searches;

    /**
     * @param run differs from that of every engine that wrote to this log before
     * @param onBroken told once if the log breaks
     */
    public QueueEngine(
            Settings settings,
            CommandLog log,
            Ticker ticker,
            Executor core,
            Executor answers,
            long run,
            Consumer<Throwable> onBroken) {
        this.settings = settings;
        this.log = log;
        this.ticker = ticker;
        this.core = core;
        this.answers = answers;
        this.run = run;
        this.onBroken = onBroken;
    }

    /** Replays the log; the stage completes when calls are accepted. */
    public CompletableFuture<Void> start() throws IOException {
        log.open(this);
        core.execute(this::getReady);
        return ready;
    }

    private void getReady() {
        if (broken) return;
        long now = ticker.nanos();
        machine.drainChanges();
        // Later than the last moment, which may have been told to followers as one that is over.
        clock = new SteadyClock(ticker, machine.lastTime().plusMillis(1));
        time = clock.now();
        leases = new Leases(machine, settings.lease(), settings.grace(), now);
        live = new LiveBook();
        workers = new Workers(settings.lease(), settings.grace(), ticker::wall);
        matchmaker = new Matchmaker(
                machine, leases, workers, told::add, settings.bounds().claims());
        waiters = new Waiters(machine, told::add);
        followers = new Followers(machine, told::add);
        firings = new Firings(machine, settings.room(), ticker, () -> running ? clock.now() : null, this::chore);
        lastTickNanos = now;
        count();
        running = true;
        accepting = true;
        ready.complete(null);
        onTick();
    }

    /** For those who run the core executor themselves. */
    QueueMachine machine() {
        return machine;
    }

    /** What is wrong with the server now, for people; empty if nothing is. */
    public String problem() {
        String archive = archiveProblem();
        return problem.isEmpty() ? archive : archive.isEmpty() ? problem : problem + "; " + archive;
    }

    private String archiveProblem() {
        Backlog now = backlog;
        boolean full = isFull(now);
        if (archiveProblem.isEmpty() && !full) return "";
        return (archiveProblem.isEmpty() ? "the archive is slower than the jobs" : archiveProblem) + "; " + now.jobs()
                + " final jobs wait for it"
                + (full ? ", and no more jobs are given to workers until it has taken some" : "");
    }

    /** Says what is wrong with the archive; empty if nothing is. */
    public void setArchiveProblem(String text) {
        archiveProblem = text;
    }

    /** The time that is believed, as it was a moment ago; 1970 before the engine is ready. */
    public Instant time() {
        return time;
    }

    /** What waits for the archive. */
    public Backlog backlog() {
        return backlog;
    }

    /**
     * How much waits for the archive.
     *
     * @param jobs final jobs
     * @param audits audit records
     * @param bytes about how much memory they take
     */
    public record Backlog(int jobs, int audits, long bytes) {
        static final Backlog NONE = new Backlog(0, 0, 0);
    }

    private boolean isFull(Backlog now) {
        Settings.Archiving archiving = settings.archiving();
        return archiving.on() && (now.jobs() >= archiving.jobs() || now.bytes() >= archiving.bytes());
    }

    /** The first of what waits for the archive, within bounds but at least one. */
    public CompletableFuture<Unarchived> unarchived(int most, long mostBytes) {
        return read(() -> machine.unarchived(most, mostBytes));
    }

    /** Logs a command; the stage completes when it is on disk and applied. */
    public CompletableFuture<Result> execute(Command command) {
        CompletableFuture<Result> answer = new CompletableFuture<>();
        if (!accepting) {
            answer.completeExceptionally(unavailable());
            return answer;
        }
        if (isChange(command) && backlog.audits() >= settings.archiving().audits()) {
            answer.completeExceptionally(new QueueUnavailableException(
                    backlog.audits() + " changes wait for the archive already; repeat later"));
            return answer;
        }
        byte[] bytes = EntryCodec.encode(command);
        if (bytes.length > MAX_BYTES_OF_COMMAND) {
            answer.completeExceptionally(new InvalidRequestException("one call has " + bytes.length
                    + " bytes, want at most " + MAX_BYTES_OF_COMMAND + "; make several calls of it"));
            return answer;
        }
        Settings.Bounds bounds = settings.bounds();
        int commands = waitingCommands.incrementAndGet();
        long size = waitingBytes.addAndGet(bytes.length);
        if (commands > bounds.commands() || size > bounds.commandBytes()) {
            waitingCommands.decrementAndGet();
            waitingBytes.addAndGet(-bytes.length);
            answer.completeExceptionally(
                    new QueueUnavailableException("too many commands wait for the disk; repeat later"));
            return answer;
        }
        waiting.add(new Pending(command, bytes, result -> reply(answer, result), why -> fail(answer, why)));
        schedulePump();
        return answer;
    }

    /** Whether it makes audit records. */
    private static boolean isChange(Command command) {
        return command instanceof Command.Cancel
                || command instanceof Command.Retry
                || command instanceof Command.RetryArchived
                || command instanceof Command.Snooze
                || command instanceof Command.PauseArray
                || command instanceof Command.ThrottleArray
                || command instanceof Command.Configure
                || command instanceof Command.Adjust
                || command instanceof Command.AdjustLimit
                || command instanceof Command.Pause
                || command instanceof Command.Weigh
                || command instanceof Command.Restrict
                || command instanceof Command.Drain
                || command instanceof Command.PutSchedule
                || command instanceof Command.RemoveSchedule
                || command instanceof Command.PauseSchedule
                || command instanceof Command.RunSchedule;
    }

    /** Opens an array; one that is on each worker gets those that are known now. */
    public CompletableFuture<Result> openArray(ArraySpec spec, String by) {
        if (spec.onEach().isEmpty()) return execute(new Command.OpenArray(spec, Items.NONE, settings.room(), by));
        return read(() -> matchmaker.explainer().meeting(spec.onEach(), ticker.nanos()))
                .thenCompose(names -> execute(new Command.OpenArray(spec, Items.of(names), settings.room(), by)));
    }

    /** Leases jobs, waiting for some if there are none. Whoever cancels the answer gets none any more. */
    public CompletableFuture<List<Lease>> claim(ClaimRequest request) {
        CompletableFuture<List<Lease>> claim = onCore(answer -> {
            long now = ticker.nanos();
            boolean firstCall = workers.claims(request, now);
            matchmaker.park(request, workers.offer(request), firstCall, answer, now);
            schedulePump();
        });
        claim.whenComplete((leases, failure) -> {
            if (claim.isCancelled()) onCoreOrElse(() -> matchmaker.hungUp(request, claim), () -> {});
        });
        return claim;
    }

    /** Takes note of what a worker offers. */
    public CompletableFuture<Void> advertise(String worker, String incarnation, Ad ad) {
        return read(() -> {
            matchmaker.advertised(worker, incarnation, workers.advertise(worker, incarnation, ad, ticker.nanos()));
            schedulePump();
            return null;
        });
    }

    /** Renews leases. */
    public CompletableFuture<HeartbeatReply> heartbeat(Heartbeat beat) {
        return read(() -> {
            long now = ticker.nanos();
            workers.heard(beat.worker(), beat.incarnation(), now);
            Leases.Beat found = leases.heard(beat, now);
            release(found.omitted(), "worker " + beat.worker() + " did not list it");
            List<Long> watched = live.heard(beat, found.lost(), now);
            return new HeartbeatReply(settings.lease(), found.lost(), found.cancelled(), watched);
        });
    }

    /** What an executing job tells, and its output from these offsets on. */
    public CompletableFuture<LiveView> live(String jobId, long outFrom, long errFrom) {
        return read(() -> {
            Job job = known(jobId);
            return live.look(machine.view(job), job.tenure(), outFrom, errFrom, ticker.nanos());
        });
    }

    /** What those of these jobs tell that are executing, without output. */
    public CompletableFuture<List<LiveView>> progress(List<String> jobIds) {
        return read(() -> {
            List<LiveView> views = new ArrayList<>();
            for (String id : jobIds) {
                Job job = machine.job(id);
                if (job != null && job.tenure() != null) views.add(live.glance(machine.view(job), job.tenure()));
            }
            return views;
        });
    }

    /** A job with its attempts. */
    public CompletableFuture<JobDetail> get(String jobId) {
        return read(() -> machine.detail(known(jobId)));
    }

    /** Waits for a job to become final. */
    public CompletableFuture<JobView> await(String jobId, Duration atMost) {
        return onCore(answer -> {
            Job job = known(jobId);
            if (job.state().isFinal() || atMost.isZero()) {
                reply(answer, machine.view(job));
            } else if (waiters.size() >= settings.bounds().waiters()) {
                throw new QueueUnavailableException(waiters.size() + " calls wait for jobs already; repeat later");
            } else {
                waiters.add(jobId, ticker.nanos() + atMost.toNanos(), answer);
            }
        });
    }

    /**
     * Waits for final jobs behind a place.
     *
     * @param after null for now, which is answered at once
     * @param filter null for all
     */
    public CompletableFuture<Finals> finals(Place after, Filter filter, int most, Duration atMost) {
        return onCore(answer -> {
            long now = ticker.nanos();
            followers.add(after, filter, most, over(), now, now + atMost.toNanos(), answer);
        });
    }

    /** The end of the last moment in which nothing can become final any more: entries have times that never go back. */
    private Place over() {
        long last = machine.lastTime().toEpochMilli();
        boolean isOver = inFlight.isEmpty() && clock.now().toEpochMilli() > last;
        return Place.endOf(isOver || last == 0 ? last : last - 1);
    }

    private Job known(String jobId) {
        Job job = machine.job(jobId);
        if (job == null) throw Waiters.unknown(jobId);
        return job;
    }

    /** A page of jobs. */
    public CompletableFuture<JobPage> find(JobQuery query) {
        Search search = new Search(query);
        return onCore(answer -> {
            if (searches >= settings.bounds().reads() / 10) {
                throw new QueueUnavailableException(searches + " searches are running already; repeat later");
            }
            searches++;
            step(search, answer);
        });
    }

    private void step(Search search, CompletableFuture<JobPage> answer) {
        if (!running) {
            searches--;
            fail(answer, unavailable());
        } else if (search.step(machine)) {
            searches--;
            reply(answer, search.page());
        } else {
            onCoreOrElse(() -> step(search, answer), () -> fail(answer, unavailable()));
        }
    }

    /** Why a job is not executing. */
    public CompletableFuture<List<Reason>> why(String jobId) {
        return read(() -> matchmaker.explainer().why(known(jobId), clock.now(), ticker.nanos()));
    }

    /** Which workers could run a job. */
    public CompletableFuture<List<WorkerFit>> fits(JobSpec job) {
        return read(() -> matchmaker.fits().of(job, ticker.nanos()));
    }

    /** The queues that have jobs or settings. */
    public CompletableFuture<List<QueueView>> queues() {
        return read(machine::queueViews);
    }

    /** What operators have set beside the settings of queues. */
    public CompletableFuture<OperatorRules> rules() {
        return read(() -> {
            Rules rules = machine.rules();
            return new OperatorRules(rules.weights(), rules.limits(), rules.drained());
        });
    }

    /** The time that is written to the log. */
    public CompletableFuture<Instant> now() {
        return read(clock::now);
    }

    /** The schedule of a name. */
    public CompletableFuture<Schedule> schedule(String name) {
        return read(() -> {
            Schedule schedule = machine.schedule(name);
            if (schedule == null) throw new InvalidRequestException("there is no schedule '" + name + "'");
            return schedule;
        });
    }

    /** The schedules behind a name, by name: so many, or as many as have so many characters of script, but one. */
    public CompletableFuture<List<Schedule>> schedules(String after, int most, long mostChars) {
        return read(() -> {
            List<Schedule> page = new ArrayList<>();
            long chars = 0;
            for (Schedule one : machine.schedulesBehind(after)) {
                chars += one.spec().template().script().length();
                if (page.size() >= most || !page.isEmpty() && chars > mostChars) break;
                page.add(one);
            }
            return page;
        });
    }

    /** The workers that were heard lately. */
    public CompletableFuture<List<WorkerView>> workers() {
        return read(() -> workers.views(leases, machine.rules(), ticker.nanos()));
    }

    /** The counters. */
    public CompletableFuture<GridStatus> status() {
        return read(() -> {
            Map<JobState, Long> counts = new EnumMap<>(JobState.class);
            for (JobState state : JobState.values()) counts.put(state, machine.count(state));
            int unarchived = settings.archiving().on() ? backlog.jobs() : 0;
            return new GridStatus(log.grid(), log.term(), counts, unarchived, settings.maxScriptBytes(), problem());
        });
    }

    /** Looks whether a time has come; to be called several times a second. */
    public void tick() {
        if (!tickScheduled.compareAndSet(false, true)) return;
        onCoreOrElse(this::onTick, () -> {});
    }

    /**
     * Takes no more calls, fails those that wait for something other than the disk, and waits for those.
     *
     * @return completes when nothing is in flight any more
     */
    public CompletableFuture<Void> stop() {
        accepting = false;
        onCoreOrElse(
                () -> {
                    endCalls();
                    running = false;
                    if (inFlight.isEmpty()) stopped.complete(null);
                },
                () -> stopped.complete(null));
        return stopped;
    }

    @Override
    public void restore(InputStream snapshot) throws IOException {
        Image image = ImageCodec.read(snapshot);
        QueueMachine restored = new QueueMachine(image);
        core.execute(() -> machine = restored);
    }

    @Override
    public void apply(byte[] entry, Runnable applied) {
        int kib = Math.min(MAX_REPLAY_AHEAD_KIB, LEAST_AHEAD_KIB + entry.length / 1_024);
        replayAhead.acquireUninterruptibly(kib);
        // The core thread is what a replay waits for, so the thread that reads the log takes this part.
        Entry replayed = accepting ? null : decodedOrNull(entry);
        core.execute(() -> {
            try {
                if (!broken) {
                    applyNow(entry, replayed);
                    applied.run();
                }
            } catch (RuntimeException | Error e) {
                breakDown(e);
            } finally {
                tellCallers();
                replayAhead.release(kib);
            }
        });
    }

    /** Null if it is damaged: the core thread finds that as well, and ends all that has to end. */
    private static Entry decodedOrNull(byte[] entry) {
        try {
            return EntryCodec.decode(entry);
        } catch (RuntimeException e) {
            return null;
        }
    }

    @Override
    public Snapshot snapshot() {
        Image image = machine.image();
        return out -> ImageCodec.write(image, out);
    }

    @Override
    public void broken(Throwable cause) {
        onCoreOrElse(() -> breakDown(cause), () -> {});
    }

    /** @param decoded null if it was not decoded yet */
    private void applyNow(byte[] bytes, Entry decoded) {
        Entry head = decoded != null ? decoded : EntryCodec.head(bytes);
        List<Pending> own = head.run() == run ? inFlight.remove(head.number()) : null;
        if (own == null) {
            Entry entry = decoded != null ? decoded : EntryCodec.decode(bytes);
            for (Command command : entry.commands()) {
                machine.apply(command, entry.time());
                publish();
            }
        } else {
            for (Pending pending : own) {
                Result result = machine.apply(pending.command(), head.time());
                publish();
                pending.decided().accept(result);
            }
            if (!running && inFlight.isEmpty()) stopped.complete(null);
        }
        if (!running) return;
        count();
        pump();
        followers.turn(over(), ticker.nanos());
    }

    private void count() {
        backlog = new Backlog(machine.unarchivedJobs(), machine.unarchivedAudits(), machine.unarchivedBytes());
        matchmaker.hold(isFull(backlog));
    }

    private void publish() {
        List<Change> changes = machine.drainChanges();
        if (!running) return;
        long now = ticker.nanos();
        for (Change change : changes) {
            matchmaker.changed(change);
            leases.changed(change, now);
            live.changed(change);
            waiters.changed(change);
            followers.changed(change);
        }
    }

    private void schedulePump() {
        if (!pumpScheduled.compareAndSet(false, true)) return;
        onCoreOrElse(
                () -> {
                    pumpScheduled.set(false);
                    if (running) {
                        pump();
                    } else {
                        failWaiting();
                    }
                },
                this::failWaiting);
    }

    /** Sends entries while there is something to send and room in flight. */
    private void pump() {
        long now = ticker.nanos();
        while (running && inFlight.size() < settings.bounds().entriesInFlight() && now >= pausedUntilNanos) {
            Instant time = clock.now();
            List<Pending> batch = new ArrayList<>();
            List<JobSpec> submitted = gather(batch);
            while (!chores.isEmpty()) batch.add(chores.poll());
            for (Proposal proposal : matchmaker.propose(submitted, time)) batch.add(pending(proposal));
            if (batch.isEmpty()) {
                if (matchmaker.hasMore()) schedulePump();
                break;
            }
            send(batch, time);
        }
        if (running) matchmaker.timeUp(now);
    }

    /** Moves waiting commands to the batch, within its bounds; returns the jobs that they submit. */
    private List<JobSpec> gather(List<Pending> batch) {
        List<JobSpec> submitted = new ArrayList<>();
        long bytes = 0;
        for (Pending next = waiting.peek(); next != null; next = waiting.peek()) {
            bytes += next.bytes().length;
            if (!batch.isEmpty() && (bytes > MAX_BYTES_OF_ENTRY || batch.size() >= MAX_COMMANDS_OF_ENTRY)) break;
            batch.add(takeWaiting());
            if (next.command() instanceof Command.Submit submit) submitted.addAll(submit.jobs());
        }
        return submitted;
    }

    private Pending takeWaiting() {
        Pending next = waiting.poll();
        if (next != null) {
            waitingCommands.decrementAndGet();
            waitingBytes.addAndGet(-next.bytes().length);
        }
        return next;
    }

    private void send(List<Pending> batch, Instant time) {
        long number = nextNumber++;
        byte[] entry = EntryCodec.encode(
                run, number, time, batch.stream().map(Pending::bytes).toList());
        inFlight.put(number, batch);
        log.append(entry).whenComplete((done, e) -> {
            if (e != null) onCoreOrElse(() -> notAppended(number, e), () -> {});
        });
    }

    private void notAppended(long number, Throwable e) {
        Throwable cause = e.getCause() != null && !(e instanceof NotAppendedException) ? e.getCause() : e;
        if (broken || !inFlight.containsKey(number)) return;
        if (!(cause instanceof NotAppendedException)) {
            breakDown(cause);
            return;
        }
        LOG.warn("an entry was not logged, its callers are told to repeat: {}", cause.getMessage());
        pausedUntilNanos = ticker.nanos() + LOG_PAUSE.toNanos();
        for (Pending pending : inFlight.remove(number)) {
            pending.failed().accept(new QueueUnavailableException("the log cannot be written now; repeat later"));
        }
        if (!running && inFlight.isEmpty()) stopped.complete(null);
    }

    private Pending pending(Proposal proposal) {
        Command command = proposal.command();
        return new Pending(
                command,
                EntryCodec.encode(command),
                result -> {
                    if (!running) return;
                    List<Long> unwanted = matchmaker.decided(proposal, (Result.Granted) result, ticker.nanos());
                    release(unwanted, "its claim was over");
                },
                why -> matchmaker.notLogged(proposal, ticker.nanos()));
    }

    private void release(List<Long> leaseIds, String reason) {
        if (leaseIds.isEmpty()) return;
        leases.ending(leaseIds);
        chore(
                new Command.Release(leaseIds, reason),
                result -> LOG.info("released {} leases: {}", leaseIds.size(), reason),
                why -> leases.notEnded(leaseIds, ticker.nanos()));
    }

    private void chore(Command command, Consumer<Result> decided, Consumer<RuntimeException> failed) {
        chores.add(new Pending(command, EntryCodec.encode(command), decided, failed));
        schedulePump();
    }

    /** One kind of housekeeping: one command of it at a time. */
    private final class Upkeep {
        private boolean underWay;

        /**
         * Logs a command, unless one is under way.
         *
         * @param next looks whether there is more to do when it is done
         */
        void log(Command command, Runnable next) {
            if (underWay) return;
            underWay = true;
            chore(
                    command,
                    result -> {
                        underWay = false;
                        // What was refused is tried again at the next tick, not at once and for ever.
                        if (running && !(result instanceof Result.Refused)) next.run();
                    },
                    why -> underWay = false);
        }
    }

    private void onTick() {
        tickScheduled.set(false);
        if (!running) return;
        long now = ticker.nanos();
        Instant time = clock.now();
        this.time = time;
        // A process that slept has not heard the heartbeats that came meanwhile: they are behind this task.
        if (now - lastTickNanos > settings.lease().toNanos() / 4) leases.renewAll(now);
        lastTickNanos = now;
        Duration jump = clock.jump();
        if (jump.isZero()) {
            noticeMistake();
            matchmaker.wake(time);
            promote(time);
            tell();
            sweep();
            firings.turn(time);
            prune(time);
            if (!settings.archiving().on()) dropUnarchived();
        } else if (problem.isEmpty()) {
            problem = jump.isNegative()
                    ? "the wall clock is " + jump.negated() + " behind the time of the log; jobs that wait for a "
                            + "time go on waiting until it has caught up; if the log's time is the wrong one, "
                            + "see 'The clock' in docs/operations.md"
                    : "the wall clock jumped by " + jump
                            + "; jobs that wait for a time go on waiting until it is back; "
                            + "if its new time is the right one, start the server anew";
            LOG.error(problem);
        }
        Leases.Due due = leases.due(now);
        release(due.omitted(), "its worker did not list it");
        if (!due.expired().isEmpty()) expire(due.expired());
        waiters.timeUp(now);
        pump();
        followers.turn(over(), now);
    }

    private void noticeMistake() {
        RuntimeException mistake = machine.mistake();
        if (mistake != null && problem.isEmpty()) LOG.error("jobs that follow or end with others are stuck", mistake);
        problem = mistake == null ? "" : "jobs that follow or end with others are stuck: " + mistake;
    }

    private void expire(List<Long> leaseIds) {
        LOG.warn("{} leases ran out without a heartbeat; their jobs are offered again", leaseIds.size());
        // Else the claim that a lost worker has left open would get its jobs back, and cost each a second rescue.
        for (long leaseId : leaseIds) {
            Job job = machine.byLease(leaseId);
            if (job != null) {
                matchmaker.endClaimOf(job.tenure().worker(), job.tenure().incarnation());
            }
        }
        chore(
                new Command.Expire(
                        leaseIds, settings.maxRescues(), settings.lease().toMillis()),
                result -> {},
                why -> leases.notEnded(leaseIds, ticker.nanos()));
    }

    private void promote(Instant time) {
        if (machine.nextDueMillis() > time.toEpochMilli()) return;
        promoting.log(new Command.Promote(MOST_PROMOTED), () -> promote(clock.now()));
    }

    private void tell() {
        if (machine.hasUntold()) telling.log(new Command.Tell(MOST_TOLD), this::tell);
    }

    /** Items that are ended with their array all go to the archive: no faster than it takes them. */
    private void sweep() {
        boolean full = settings.archiving().on()
                && (backlog.jobs() >= settings.archiving().jobs() / 2
                        || backlog.bytes() >= settings.archiving().bytes() / 2);
        if (!full && machine.hasUnswept()) sweeping.log(new Command.Sweep(MOST_SWEPT), this::sweep);
    }

    private void prune(Instant time) {
        long before = time.minus(settings.keepFinalFor()).toEpochMilli();
        Settings.Archiving archiving = settings.archiving();
        long knownSince = time.minus(archiving.knownFor()).toEpochMilli();
        boolean tooMany = machine.finals() > settings.keepFinal()
                || machine.finalBytes() > settings.keepFinalBytes()
                || machine.oldestFinalMillis() < before;
        boolean needed = tooMany && (!archiving.on() || machine.isOldestFinalArchived())
                || machine.known() > archiving.knownIds()
                || machine.oldestKnownMillis() < knownSince;
        if (!needed) return;
        pruning.log(
                new Command.Prune(
                        before,
                        settings.keepFinal(),
                        settings.keepFinalBytes(),
                        MOST_PRUNED,
                        archiving.on(),
                        archiving.knownIds(),
                        knownSince),
                () -> prune(clock.now()));
    }

    /** Without an archive nothing waits for it; numbers are given out all the same, so that one can be added later. */
    private void dropUnarchived() {
        if (machine.unarchivedJobs() + machine.unarchivedAudits() < MOST_UNARCHIVED_WITHOUT_ARCHIVE) return;
        dropping.log(new Command.Archived(machine.unarchived(1, 0).last()), () -> {});
    }

    private void breakDown(Throwable cause) {
        if (broken) return;
        LOG.error("the log is broken; nothing is acknowledged until it is opened anew", cause);
        accepting = false;
        broken = true;
        problem = "the log is broken: " + cause;
        for (List<Pending> batch : inFlight.values()) {
            for (Pending pending : batch) {
                if (pending.command() instanceof Command.Grant) continue;
                pending.failed().accept(new IndeterminateException("it is not known whether this was logged: repeat"));
            }
        }
        inFlight.clear();
        endCalls();
        running = false;
        ready.completeExceptionally(cause);
        stopped.complete(null);
        answers.execute(() -> onBroken.accept(cause));
    }

    private void endCalls() {
        failWaiting();
        if (!running) return;
        chores.clear();
        matchmaker.failAll(unavailable());
        waiters.failAll(unavailable());
        followers.failAll(unavailable());
    }

    private void failWaiting() {
        for (Pending next = takeWaiting(); next != null; next = takeWaiting())
            next.failed().accept(unavailable());
    }

    private static QueueUnavailableException unavailable() {
        return new QueueUnavailableException("the queue-server is starting or stopping; repeat later");
    }

    private <T> CompletableFuture<T> read(Supplier<T> reader) {
        return onCore(answer -> reply(answer, reader.get()));
    }

    /** Runs a task that will answer on the core thread; refuses if too many wait. */
    private <T> CompletableFuture<T> onCore(Consumer<CompletableFuture<T>> task) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (!accepting) {
            answer.completeExceptionally(unavailable());
            return answer;
        }
        if (waitingReads.incrementAndGet() > settings.bounds().reads()) {
            waitingReads.decrementAndGet();
            answer.completeExceptionally(new QueueUnavailableException("too many calls are waiting; repeat later"));
            return answer;
        }
        onCoreOrElse(
                () -> {
                    waitingReads.decrementAndGet();
                    try {
                        if (!running) throw unavailable();
                        task.accept(answer);
                    } catch (RuntimeException e) {
                        fail(answer, e);
                    }
                },
                () -> answer.completeExceptionally(unavailable()));
        return answer;
    }

    private void onCoreOrElse(Runnable task, Runnable rejected) {
        try {
            core.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException | Error e) {
                    // Half a task was done, so what is in memory is not to be trusted; what is in the log is.
                    breakDown(e);
                } finally {
                    tellCallers();
                }
            });
        } catch (RejectedExecutionException e) {
            rejected.run();
        }
    }

    private <T> void reply(CompletableFuture<T> answer, T value) {
        told.add(() -> answer.complete(value));
    }

    private void fail(CompletableFuture<?> answer, RuntimeException why) {
        answers.execute(() -> answer.completeExceptionally(why));
    }

    /** One change of threads for all answers of a task, since those to a full entry are hundreds. */
    private void tellCallers() {
        if (told.isEmpty()) return;
        List<Runnable> all = List.copyOf(told);
        told.clear();
        answers.execute(() -> all.forEach(Runnable::run));
    }
}
