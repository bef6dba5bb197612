/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.List;

/**
 * One page of the history.
 *
 * @param jobs the last that became final first
 * @param next what to give as {@link HistoryQuery#after()} for the next page; empty when this is the last
 */
public record HistoryPage(List<JobView> jobs, String next) implements Serializable {
    public HistoryPage {
        jobs = jobs == null ? List.of() : List.copyOf(jobs);
        next = next == null ? "" : next;
    }
}
