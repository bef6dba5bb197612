/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.junit.Assert.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.queue.core.Change;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Job;
import org.gridbatch.queue.core.QueueMachine;

/**
 * Nobody starves in the simulation: a job that a worker could have got, and that nothing kept, sees no more than so many
 * jobs of its class or a lower one go before it, from one turn of its tenant to the next.
 */
final class PassedOver {
    /** Two other tenants with three turns for its one are six; claims that choose, and grants in flight, are the rest. */
    private static final int MOST = 16;

    private final Map<String, Integer> times = new HashMap<>();
    private final List<Job> candidates = new ArrayList<>();
    private final Set<String> choosy;
    private final BiPredicate<String, JobSpec> couldRun;
    private long rulesVersion = -1;

    /**
     * @param choosy the claims, by {@link #claim}, that did not take everything that their worker can run
     * @param couldRun whether a worker meets what a job wants
     */
    PassedOver(Set<String> choosy, BiPredicate<String, JobSpec> couldRun) {
        this.choosy = choosy;
        this.couldRun = couldRun;
    }

    static String claim(String worker, String incarnation, long claimId) {
        return worker + ' ' + incarnation + ' ' + claimId;
    }

    /** After a restart all tenants start evenly. */
    void restarted() {
        times.clear();
    }

    void before(QueueMachine machine, Command command, Instant time) {
        candidates.clear();
        if (rulesVersion != machine.rules().version()) times.clear();
        rulesVersion = machine.rules().version();
        if (!(command instanceof Command.Grant grant)) return;
        boolean isChoosy = choosy.contains(claim(grant.worker(), grant.incarnation(), grant.claimId()));
        if (isChoosy) return;
        for (Job job : machine.jobs()) {
            boolean waits = job.state() == JobState.AVAILABLE && machine.array(job.id()) == null && !job.isItem();
            if (!waits || grant.jobIds().contains(job.id()) || !couldRun.test(grant.worker(), job.spec())) continue;
            if (machine.barrier(job, time) == null) candidates.add(job);
        }
    }

    void after(QueueMachine machine, Command command, List<Change> changes) {
        if (!(command instanceof Command.Grant)) return;
        Set<String> turns = new HashSet<>();
        for (Change change : changes) {
            if (change.after() == null || change.after().tenure() == null) continue;
            Job started = change.after();
            times.remove(started.id());
            turns.add(turn(machine, started));
            for (Job job : candidates) {
                int byClass = Integer.compare(order(machine, started), order(machine, job));
                boolean isBehind = byClass == 0
                        && job.spec().tenant().equals(started.spec().tenant())
                        && place(started) > place(job);
                boolean isOther = byClass == 0
                        && !job.spec().tenant().equals(started.spec().tenant());
                if (byClass < 0 || isBehind || isOther) passed(job, started);
            }
        }
        times.keySet().removeIf(id -> {
            Job job = machine.job(id);
            return job == null || job.state() != JobState.AVAILABLE || turns.contains(turn(machine, job));
        });
    }

    private void passed(Job job, Job by) {
        int count = times.merge(job.id(), 1, Integer::sum);
        assertTrue(
                job.id() + " of " + job.spec().tenant() + " starves: it was passed over " + count + " times, last by "
                        + by.id() + " of " + by.spec().tenant(),
                count <= MOST);
    }

    private static String turn(QueueMachine machine, Job job) {
        return order(machine, job) + " " + job.spec().tenant();
    }

    private static int order(QueueMachine machine, Job job) {
        return machine.rules().orderOf(job.spec().queue());
    }

    /** Within its tenant: a step of priority is worth ten minutes. */
    private static long place(Job job) {
        return job.submittedAtMillis() - job.spec().priority() * 600_000L;
    }
}
