/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.List;

/**
 * Which workers can run a job, and which of them it likes best.
 *
 * @param requires an LDAP filter (RFC 4515, as OSGi reads it) over the worker's {@link Ad}; empty means any worker
 * @param needs commands that the worker must offer, each {@code scope:function} or {@code function}; in lower case, as
 *     Gogo looks them up, sorted, no doubles
 * @param rank a label of the ad: of the workers that wait for a job, the one with the highest number there gets it, or
 *     with a {@code -} before the label the one with the lowest; empty means the one that has waited longest
 */
public record Placement(String requires, List<String> needs, String rank) implements Serializable {
    /** Any worker will do. */
    public static final Placement ANYWHERE = new Placement("", List.of(), "");

    /** @throws InvalidRequestException if a field is out of its bounds; the message names it */
    public Placement {
        requires = Check.text("requires", requires, Limits.TEXT).strip();
        needs = Check.list("needs", needs, Limits.TAGS).stream()
                .map(command -> Check.command("needs", command))
                .distinct()
                .sorted()
                .toList();
        rank = Check.text("rank", rank, Limits.NAME);
        if (!rank.isEmpty()) Check.name("rank", rank.startsWith("-") ? rank.substring(1) : rank, Limits.NAME);
    }
}
