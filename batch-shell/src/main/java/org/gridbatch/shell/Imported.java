/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

/**
 * What an import came to.
 *
 * @param jobs how many there were
 * @param known how many of them the queue knew already
 * @param dryRun whether they were only checked
 */
public record Imported(long jobs, long known, boolean dryRun) {
    @Override
    public String toString() {
        String what = jobs == 1 ? "1 job" : jobs + " jobs";
        if (dryRun) return what + " can be imported";
        return what + " imported" + (known == 0 ? "" : ", " + known + " of them known already");
    }
}
