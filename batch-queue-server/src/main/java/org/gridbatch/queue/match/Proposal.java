/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import org.gridbatch.queue.core.Command;

/** A grant that the matchmaker wants logged; the machine decides what comes of it. */
public final class Proposal {
    final Claim claim;
    private final Command.Grant command;

    Proposal(Claim claim) {
        this.claim = claim;
        this.command = new Command.Grant(
                claim.request.worker(), claim.request.incarnation(), claim.request.claimId(), claim.proposed);
    }

    public Command.Grant command() {
        return command;
    }
}
