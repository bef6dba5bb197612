/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests.examples.ds;

import org.gridbatch.api.FinalJob;
import org.gridbatch.api.JobListener;
import org.osgi.service.component.annotations.Component;

/** Hears of all jobs of a queue. */
@Component(property = JobListener.FILTER + "=(queue=ds)")
public final class Listener implements JobListener {
    @Override
    public void jobIsFinal(FinalJob job) {
        System.out.println("ds heard of " + job.view());
    }
}
