/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.gridbatch.api.BatchException;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.History;
import org.gridbatch.api.IndeterminateException;
import org.gridbatch.api.JobDetail;
import org.gridbatch.api.JobPage;
import org.gridbatch.api.JobQuery;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobView;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Limits;
import org.gridbatch.api.LiveJobs;
import org.gridbatch.api.LiveView;
import org.gridbatch.api.Operations;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.Schedules;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.UnknownJobException;
import org.gridbatch.api.WorkQueue;
import org.gridbatch.worker.gogo.Durations;
import org.osgi.framework.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls the queue, waits for its answer, and says in a user's words why there was none. */
final class Grid {
    private static final Logger log = LoggerFactory.getLogger(Grid.class);

    /** Calls under way are ended by the transport; this is for one that does not. */
    private static final Duration GRACE = Limits.WAIT.plusSeconds(30);

    private static final Duration GLANCE = Duration.ofSeconds(1);

    private final QueueCalls calls;
    private final Duration timeout;
    private final String zookeeper;

    /**
     * @param timeout how long to look for a queue-server
     * @param zookeeper where it is looked for, for messages; null if that is not known here
     */
    Grid(QueueCalls calls, Duration timeout, String zookeeper) {
        this.calls = calls;
        this.timeout = timeout;
        this.zookeeper = zookeeper;
    }

    /** @throws CommandFailed if the queue did not do it */
    <T> T jobs(Function<JobQueue, CompletionStage<T>> call) {
        return jobs(call, "repeat the command");
    }

    /** @param whenUnsure what to do if it is not known whether the queue did it */
    <T> T jobs(Function<JobQueue, CompletionStage<T>> call, String whenUnsure) {
        return answer(calls.call(JobQueue.class, call, timeout), timeout, whenUnsure);
    }

    /**
     * Submits jobs on behalf of whoever calls.
     *
     * @param whenUnsure what to do if it is not known whether the queue did it
     */
    List<Submitted> submit(List<JobSpec> jobs, String whenUnsure) {
        return jobs(queue -> queue.submit(jobs, caller()), whenUnsure);
    }

    /**
     * The jobs of these ids, in order, with null for each that is not known.
     *
     * @param ids not many, since all scripts are in memory at once
     */
    List<JobDetail> details(List<String> ids) {
        return jobs(queue -> {
            List<CompletableFuture<JobDetail>> all = ids.stream()
                    .map(id -> queue.get(id).toCompletableFuture().exceptionally(Grid::nullIfUnknown))
                    .toList();
            return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new))
                    .thenApply(done -> all.stream().map(CompletableFuture::join).toList());
        });
    }

    /**
     * Goes through the jobs that a query finds, page by page.
     *
     * @param goOn takes the jobs of a page; false if it wants no more
     * @return whether there are more
     */
    boolean eachPage(JobQuery query, Predicate<List<JobView>> goOn) {
        JobQuery next = query;
        while (true) {
            JobQuery now = next;
            JobPage page = jobs(queue -> queue.find(now));
            boolean wanted = goOn.test(page.jobs());
            if (page.next().isEmpty()) return false;
            if (!wanted) return true;
            next = now.withAfter(page.next());
        }
    }

    private static JobDetail nullIfUnknown(Throwable failure) {
        Throwable bare = bare(failure);
        if (bare instanceof UnknownJobException) return null;
        throw bare instanceof RuntimeException e ? e : new CompletionException(bare);
    }

    /**
     * Waits until the job is final or the time is up, across restarts of the server.
     *
     * @param wait at most {@link Limits#WAIT}
     */
    JobView await(String jobId, Duration wait) {
        Duration atMost = timeout.plus(wait);
        return answer(
                calls.call(JobQueue.class, jobs -> jobs.await(jobId, wait), atMost), atMost, "repeat the command");
    }

    /**
     * @param late what to do with leases that are granted after the caller has given up, say because a user pressed
     *     Ctrl-C; otherwise they would run out, as if a worker had been lost
     */
    List<Lease> claim(ClaimRequest request, Consumer<List<Lease>> late) {
        Duration atMost = timeout.plus(request.maxWait());
        CompletionStage<List<Lease>> stage = calls.call(WorkQueue.class, work -> work.claim(request), atMost);
        try {
            return answer(stage, atMost, "repeat the command");
        } catch (CommandFailed e) {
            stage.thenAccept(late);
            throw e;
        }
    }

    /** @throws CommandFailed if the history cannot be read */
    <T> T history(Function<History, CompletionStage<T>> call) {
        return answer(calls.call(History.class, call, timeout), timeout, "repeat the command");
    }

    /** @throws CommandFailed if the queue did not do it */
    <T> T schedules(Function<Schedules, CompletionStage<T>> call) {
        return jobs(queue -> {
            if (queue instanceof Schedules schedules) return call.apply(schedules);
            throw new QueueUnavailableException("the queue in sight offers no schedules");
        });
    }

    /** Who calls, for the audit trail. */
    String caller() {
        return calls.caller();
    }

    /** @throws CommandFailed if the queue did not do it */
    <T> T work(Function<WorkQueue, CompletionStage<T>> call) {
        return answer(calls.call(WorkQueue.class, call, timeout), timeout, "repeat the command");
    }

    /** @throws CommandFailed if the queue did not do it */
    <T> T operations(Function<Operations, CompletionStage<T>> call) {
        return answer(calls.call(Operations.class, call, timeout), timeout, "repeat the command");
    }

    /** For those who would rather have nothing than wait or fail. */
    <S, T> Optional<T> glance(Class<S> service, Function<S, CompletionStage<T>> call) {
        try {
            return Optional.of(calls.call(service, call, GLANCE)
                    .toCompletableFuture()
                    .get(GLANCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        }
    }

    /** What a job prints, from these offsets on, for those who follow it: across restarts of the server. */
    LiveView live(String jobId, long outFrom, long errFrom) {
        Duration atMost = timeout.plus(Limits.WAIT);
        return answer(
                calls.call(LiveJobs.class, jobs -> jobs.live(jobId, outFrom, errFrom), atMost),
                atMost,
                "repeat the command");
    }

    /** How far those of these jobs are that are executing; nothing if that cannot be had soon. */
    List<LiveView> progress(List<String> jobIds) {
        return glance(LiveJobs.class, (LiveJobs jobs) -> jobs.progress(jobIds)).orElse(List.of());
    }

    /** For those who must not wait. */
    <T> CompletionStage<T> workLater(Function<WorkQueue, CompletionStage<T>> call, Duration atMost) {
        return calls.call(WorkQueue.class, call, atMost);
    }

    /** For a script that pushes a job. */
    CompletionStage<List<Submitted>> submitLater(JobSpec job) {
        return calls.call(JobQueue.class, jobs -> jobs.submit(List.of(job), caller()), timeout);
    }

    private <T> T answer(CompletionStage<T> stage, Duration atMost, String whenUnsure) {
        Duration bound = atMost.plus(GRACE);
        try {
            return stage.toCompletableFuture().get(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("stopped before the queue had answered", e);
        } catch (TimeoutException e) {
            throw new CommandFailed(unsure("there was no answer within " + Durations.format(bound), whenUnsure), e);
        } catch (ExecutionException e) {
            throw failed(e.getCause(), whenUnsure);
        }
    }

    private CommandFailed failed(Throwable failure, String whenUnsure) {
        Throwable bare = bare(failure);
        return new CommandFailed(describe(bare, whenUnsure), bare);
    }

    private static Throwable bare(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private String describe(Throwable failure, String whenUnsure) {
        if (failure instanceof UnknownJobException unknown) return "no job '" + unknown.jobId() + "'";
        if (failure instanceof QueueUnavailableException) {
            return failure.getMessage() + ", tried for " + Durations.format(timeout)
                    + ": is a queue-server running, and is its ZooKeeper "
                    + (zookeeper == null ? "the one of this node?" : "at " + zookeeper + "?");
        }
        if (failure instanceof IndeterminateException || failure instanceof ServiceException) {
            return unsure(String.valueOf(failure.getMessage()), whenUnsure);
        }
        if (failure instanceof BatchException) return failure.getMessage();
        log.warn("a call of the queue failed in a way that it should not", failure);
        return Text.describe(failure) + " (this node's log says more)";
    }

    private static String unsure(String why, String whenUnsure) {
        return "it is not known whether the queue did it (" + why + "): " + whenUnsure;
    }
}
