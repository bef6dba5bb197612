/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.Canary;
import org.gridbatch.api.JobSpec;
import picocli.CommandLine.Option;

/** How the items of an array are to run, said in the same way wherever one is pushed. */
final class ArrayOptions {
    private static final String FOLLOWS = "-then";

    @Option(
            names = "--throttle",
            paramLabel = "N",
            description = "At most so many of the items at a time; see 'throttle' for later.")
    private int throttle;

    @Option(
            names = "--key-each",
            description = "Each item is a key, behind the one of --key if there is one: of all jobs with the same key, "
                    + "one runs at a time.")
    private boolean keyEach;

    @Option(
            names = "--canary",
            paramLabel = "N[:PERCENT]",
            description = "Run the first N items alone, and cancel the others if more than so many percent of them "
                    + "fail; 0 if not given.")
    private Canary canary;

    @Option(
            names = "--then",
            paramLabel = "SCRIPT",
            description = "Run this when all items are final: $1 to $5 are the array's id, and how many items there "
                    + "are, completed, were discarded and were cancelled. Its job is ID-then.")
    private String then;

    /** One of those that were given; empty if none was. */
    String given() {
        if (throttle != 0) return "--throttle";
        if (keyEach) return "--key-each";
        if (canary != null) return "--canary";
        return then == null ? "" : "--then";
    }

    ArraySpec array(JobSpec template, JobOptions options, Surroundings here) {
        return new ArraySpec(template, throttle, keyEach, canary, follower(template, options, here), "");
    }

    private JobSpec follower(JobSpec template, JobOptions options, Surroundings here) {
        if (then == null) return null;
        Scripts.Script script = new Scripts.Script("the script of --then", then).checked();
        return options.follower(script, here).jobId(template.jobId() + FOLLOWS).build();
    }
}
