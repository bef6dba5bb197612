/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

/** What is known about a call that failed on its way: whether the service method was executed. */
enum Outcome {
    NOT_SENT("was not sent"),
    NOT_RUN("was not run"),
    MAY_HAVE_RUN("may have run"),
    RAN("has run");

    private final String words;

    Outcome(String words) {
        this.words = words;
    }

    /** The outcome of that name; a name from a newer peer means that nothing is known. */
    static Outcome named(String name) {
        for (Outcome outcome : values()) {
            if (outcome.name().equals(name)) {
                return outcome;
            }
        }
        return MAY_HAVE_RUN;
    }

    String words() {
        return words;
    }
}
