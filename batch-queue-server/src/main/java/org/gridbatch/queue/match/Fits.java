/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.WorkerFit;
import org.gridbatch.queue.core.QueueMachine;
import org.osgi.framework.Filter;

/** Says which of the workers that are known could run a job, and what keeps the others from it. */
public final class Fits {
    private final QueueMachine machine;
    private final Workers workers;
    private final Leases leases;
    private final Explainer explainer;

    Fits(QueueMachine machine, Workers workers, Leases leases, Explainer explainer) {
        this.machine = machine;
        this.workers = workers;
        this.leases = leases;
        this.explainer = explainer;
    }

    /** By the names of the workers. */
    public List<WorkerFit> of(JobSpec spec, long nowNanos) {
        Filter requires = Filters.of("requires", spec.placement().requires());
        List<Workers.Known> all = List.copyOf(workers.all(nowNanos).values());
        Set<String> silent = explainer.silent(all, nowNanos).keySet();
        return all.stream().map(one -> of(one, silent, spec, requires)).toList();
    }

    private WorkerFit of(Workers.Known one, Set<String> silent, JobSpec spec, Filter requires) {
        Offer offer = Explainer.offer(one);
        // Who takes jobs by hand offers nothing, and gets what it asks for.
        List<String> missing = offer.ad == null ? List.of() : offer.ad.missing(spec.placement());
        List<String> reasons = new ArrayList<>();
        if (machine.rules().isDrained(one.name)) reasons.add("it is drained");
        if (one.claim == null || silent.contains(one.name)) reasons.add("it asks for no jobs now");
        if (!missing.isEmpty()) reasons.add("it does not offer " + String.join(", ", missing));
        if (offer.ad != null && !offer.meets(requires)) {
            reasons.add("it does not meet " + spec.placement().requires());
        }
        if (one.claim != null) reasons.addAll(notServed(one.claim, spec));
        if (!reasons.isEmpty()) return new WorkerFit(one.name, WorkerFit.Fit.NO, missing, reasons);
        int slots = one.claim.totalSlots();
        return leases.jobsOf(one.name).size() < slots
                ? new WorkerFit(one.name, WorkerFit.Fit.NOW, missing, List.of())
                : new WorkerFit(one.name, WorkerFit.Fit.BUSY, missing, List.of("all " + slots + " slots are busy"));
    }

    private static List<String> notServed(ClaimRequest claim, JobSpec spec) {
        List<String> reasons = new ArrayList<>();
        if (!claim.queues().isEmpty() && !claim.queues().contains(spec.queue())) {
            reasons.add("it does not serve queue " + spec.queue());
        }
        if (!claim.accepts().isEmpty()
                && !Filters.of("accepts", claim.accepts()).matches(Filters.attributes(spec))) {
            reasons.add("it accepts only " + claim.accepts());
        }
        return reasons;
    }
}
