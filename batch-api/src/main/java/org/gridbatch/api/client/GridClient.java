/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.GridConflictException;
import org.gridbatch.api.History;
import org.gridbatch.api.IndeterminateException;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.Limits;
import org.gridbatch.api.Operations;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.Schedules;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.WorkQueue;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;

/**
 * Calls the queue of a grid, and calls again while the server is away, until a time is up.
 *
 * <p>It follows the {@link JobQueue} services of the framework, its own or imported ones, and takes the one with the
 * highest term: after a restart of the server that is the new one, even while the old one's import has not gone yet.
 * Services of two grids at once are refused, with both names, since a job must not go where nobody looks for it.
 *
 * <p>A call is repeated as it was if the server could not do it or it is not known whether it did, so it must be one
 * that may happen twice: every call of {@link JobQueue}, {@link WorkQueue} and {@link
 * Operations} is, as long as the caller chose the ids.
 * Waits double from 50 ms to 2 s. All other failures are the caller's.
 *
 * <p>Thread-safe. One daemon thread times the waits; stages complete on it or on the transport's threads.
 */
public final class GridClient implements AutoCloseable {
    private static final long FIRST_WAIT_MILLIS = 50;
    private static final String NODE_PROPERTY = "gridbatch.name";
    private static final long MAX_WAIT_MILLIS = 2_000;

    private final Map<ServiceReference<JobQueue>, JobQueue> queues = new ConcurrentHashMap<>();
    private final ServiceTracker<JobQueue, JobQueue> tracker;
    private final ScheduledThreadPoolExecutor timer;
    private final Set<Call<?>> calls = ConcurrentHashMap.newKeySet();
    private final String wantedGrid;
    private final String caller;
    private volatile boolean closed;

    /** Follows the queue of the only grid in sight. */
    public GridClient(BundleContext context) {
        this(context, "");
    }

    /**
     * @param context of the bundle that calls
     * @param grid the id of the grid to call; empty for the only one in sight
     */
    public GridClient(BundleContext context, String grid) {
        wantedGrid = Objects.requireNonNull(grid, "grid");
        caller = caller(context.getProperty(NODE_PROPERTY));
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "gridbatch-client");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        try {
            tracker = new ServiceTracker<>(
                    context,
                    context.createFilter("(&(objectClass=" + JobQueue.class.getName() + ")(" + JobQueue.GRID + "=*))"),
                    new Customizer(context));
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
        tracker.open();
    }

    /**
     * Calls {@link JobQueue}.
     *
     * @param call what to call; it may be called more than once
     * @param atMost when to give up calling again; a call under way is not cut off
     * @return what the queue answered; fails with what the last try failed with, or with
     *     {@link QueueUnavailableException} if no queue was in sight
     */
    public <T> CompletionStage<T> jobs(Function<JobQueue, CompletionStage<T>> call, Duration atMost) {
        return call(JobQueue.class, call, atMost);
    }

    /** As {@link #jobs}, for {@link WorkQueue}. */
    public <T> CompletionStage<T> work(Function<WorkQueue, CompletionStage<T>> call, Duration atMost) {
        return call(WorkQueue.class, call, atMost);
    }

    /** As {@link #jobs}, for {@link Operations}. */
    public <T> CompletionStage<T> operations(Function<Operations, CompletionStage<T>> call, Duration atMost) {
        return call(Operations.class, call, atMost);
    }

    /** As {@link #jobs}, for {@link History}. */
    public <T> CompletionStage<T> history(Function<History, CompletionStage<T>> call, Duration atMost) {
        return call(History.class, call, atMost);
    }

    /** As {@link #jobs}, for any of the interfaces that the queue's endpoint has beside {@link JobQueue}. */
    public <S, T> CompletionStage<T> call(Class<S> service, Function<S, CompletionStage<T>> call, Duration atMost) {
        Objects.requireNonNull(call, "call");
        return new Call<T>(
                        queue -> {
                            if (service.isInstance(queue)) return call.apply(service.cast(queue));
                            throw new QueueUnavailableException("the queue in sight is not exported as "
                                    + service.getSimpleName() + " as well: is its server older than this node?");
                        },
                        atMost)
                .start();
    }

    /** As {@link #jobs}, for {@link Schedules}: the same endpoint has it as well. */
    public <T> CompletionStage<T> schedules(Function<Schedules, CompletionStage<T>> call, Duration atMost) {
        return jobs(
                queue -> {
                    if (queue instanceof Schedules schedules) return call.apply(schedules);
                    throw new QueueUnavailableException("the queue in sight is not exported as Schedules as well");
                },
                atMost);
    }

    /**
     * Submits an array with its items: opens it, adds them in pieces, and seals it.
     *
     * @param items read once, in order, while the calls are made, on the threads on which their answers come; at most
     *     {@link Limits#ITEMS}
     * @param atMost when to give up calling again, for each of the calls
     * @return the array's acknowledgement when it is sealed; after a failure it can be submitted again as it was
     */
    public CompletionStage<Submitted> submitArray(ArraySpec array, Iterator<String> items, Duration atMost) {
        return jobs(queue -> queue.openArray(array, caller), atMost).thenCompose(opened -> {
            if (!array.awaitsItems(opened)) return CompletableFuture.completedFuture(opened);
            return addItems(array.arrayId(), 0, items, atMost)
                    .thenCompose(count -> jobs(queue -> queue.sealArray(array.arrayId(), count), atMost));
        });
    }

    private CompletionStage<Integer> addItems(String arrayId, int from, Iterator<String> items, Duration atMost) {
        List<String> piece = nextPiece(items);
        if (piece.isEmpty()) return CompletableFuture.completedFuture(from);
        return jobs(queue -> queue.addItems(arrayId, from, piece), atMost)
                .thenCompose(count -> addItems(arrayId, from + piece.size(), items, atMost));
    }

    /** As many of the next items as one call of {@link JobQueue#addItems} takes; empty if there are none. */
    public static List<String> nextPiece(Iterator<String> items) {
        List<String> piece = new ArrayList<>();
        int chars = 0;
        while (piece.size() < Limits.ITEMS_OF_CALL && chars <= Limits.CHARS_OF_CALL - Limits.ITEM && items.hasNext()) {
            String item = items.next();
            piece.add(item);
            chars += item.length();
        }
        return piece;
    }

    /** Who calls, for jobs and for the audit trail: {@code user@node}, the user of this process and the node's or the host's name. */
    public String caller() {
        return caller;
    }

    private static String caller(String node) {
        String name = node == null || node.isBlank() ? host() : node;
        String caller = System.getProperty("user.name", "") + "@" + name;
        return caller.substring(0, Math.min(Limits.BY, caller.length()));
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // A host that does not know its own name; the user's says something all the same.
            return "localhost";
        }
    }

    /**
     * Calls and waits: for shells and other callers that have nothing else to do.
     *
     * @throws InterruptedException if the thread is interrupted while it waits; the call may have happened
     */
    public <T> T callAndWait(Function<JobQueue, CompletionStage<T>> call, Duration atMost) throws InterruptedException {
        try {
            return jobs(call, atMost).toCompletableFuture().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw new IllegalStateException(e.getCause());
        }
    }

    /** The grids in sight, sorted; more than one is a conflict. */
    public List<String> gridsInSight() {
        return List.copyOf(grids().keySet());
    }

    /** Stops following; calls that wait for their next try fail. */
    @Override
    public void close() {
        closed = true;
        tracker.close();
        timer.shutdownNow();
        calls.forEach(Call::stopping);
    }

    private JobQueue best() {
        Map<String, Map.Entry<ServiceReference<JobQueue>, JobQueue>> grids = grids();
        if (grids.isEmpty()) {
            throw new QueueUnavailableException(
                    wantedGrid.isEmpty()
                            ? "no queue-server is in sight"
                            : "no queue-server of grid " + wantedGrid + " is in sight");
        }
        if (grids.size() > 1) {
            throw new GridConflictException("queues of " + grids.size() + " grids are in sight, "
                    + String.join(" and ", grids.keySet())
                    + ": give each grid a ZooKeeper path of its own, or say which one is meant");
        }
        return grids.values().iterator().next().getValue();
    }

    /** By grid, the queue with the highest term. */
    private Map<String, Map.Entry<ServiceReference<JobQueue>, JobQueue>> grids() {
        Comparator<Map.Entry<ServiceReference<JobQueue>, JobQueue>> byTerm =
                Comparator.comparingLong(entry -> term(entry.getKey()));
        Map<String, Map.Entry<ServiceReference<JobQueue>, JobQueue>> grids = new TreeMap<>();
        for (var entry : queues.entrySet()) {
            String grid = String.valueOf(entry.getKey().getProperty(JobQueue.GRID));
            if (wantedGrid.isEmpty() || wantedGrid.equals(grid)) {
                grids.merge(grid, entry, (one, other) -> byTerm.compare(one, other) >= 0 ? one : other);
            }
        }
        return grids;
    }

    private static long term(ServiceReference<JobQueue> reference) {
        return reference.getProperty(JobQueue.TERM) instanceof Number term ? term.longValue() : 0;
    }

    private static Throwable bare(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static boolean mayRepeat(Throwable failure) {
        return failure instanceof QueueUnavailableException
                || failure instanceof IndeterminateException
                || (failure instanceof ServiceException service && service.getType() == ServiceException.REMOTE);
    }

    /** One call and its tries. */
    private final class Call<T> {
        private final Function<JobQueue, CompletionStage<T>> call;
        private final long deadline;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private long waitMillis = FIRST_WAIT_MILLIS;
        private volatile Future<?> nextTry;

        Call(Function<JobQueue, CompletionStage<T>> call, Duration atMost) {
            this.call = call;
            this.deadline = System.nanoTime() + atMost.toNanos();
        }

        CompletableFuture<T> start() {
            calls.add(this);
            answer.whenComplete((value, failure) -> calls.remove(this));
            attempt();
            return answer;
        }

        private void attempt() {
            if (closed) {
                stopping();
                return;
            }
            CompletionStage<T> stage;
            try {
                stage = call.apply(best());
            } catch (RuntimeException e) {
                failed(e);
                return;
            }
            stage.whenComplete((value, failure) -> {
                if (failure == null) answer.complete(value);
                else failed(bare(failure));
            });
        }

        /** Another queue is in sight: there is no reason to wait any longer. */
        void hurry() {
            Future<?> waiting = nextTry;
            if (waiting != null && waiting.cancel(false)) attempt();
        }

        void stopping() {
            answer.completeExceptionally(new QueueUnavailableException("this node is stopping"));
        }

        private void failed(Throwable failure) {
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (!mayRepeat(failure) || leftMillis <= 0 || closed) {
                answer.completeExceptionally(failure);
                return;
            }
            try {
                nextTry = timer.schedule(this::attempt, Math.min(waitMillis, leftMillis), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                answer.completeExceptionally(failure);
            }
            waitMillis = Math.min(2 * waitMillis, MAX_WAIT_MILLIS);
        }
    }

    /** Keeps {@link #queues} as the service registry is. */
    private final class Customizer implements ServiceTrackerCustomizer<JobQueue, JobQueue> {
        private final BundleContext context;

        Customizer(BundleContext context) {
            this.context = context;
        }

        @Override
        public JobQueue addingService(ServiceReference<JobQueue> reference) {
            JobQueue queue = context.getService(reference);
            if (queue != null) {
                queues.put(reference, queue);
                hurry();
            }
            return queue;
        }

        /** A queue may come while this client closes; then no call waits for it. */
        private void hurry() {
            try {
                timer.execute(() -> calls.forEach(Call::hurry));
            } catch (RejectedExecutionException e) {
                if (!closed) throw e;
            }
        }

        @Override
        public void modifiedService(ServiceReference<JobQueue> reference, JobQueue queue) {
            // The properties are read from the reference with every call.
        }

        @Override
        public void removedService(ServiceReference<JobQueue> reference, JobQueue queue) {
            queues.remove(reference);
            context.ungetService(reference);
        }
    }
}
