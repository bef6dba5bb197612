/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.Changed;
import org.gridbatch.api.Limits;

/** What the commands that change jobs have in common: it fails if one job was not changed, after all were tried. */
abstract class ChangeCommand extends Command {
    abstract List<String> ids();

    abstract List<Changed> change(Grid grid, List<String> ids);

    @Override
    final Object run(CommandSession session, Surroundings here) {
        List<String> ids = ids();
        List<Changed> all = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += Limits.BULK) {
            all.addAll(change(here.grid(), ids.subList(from, Math.min(ids.size(), from + Limits.BULK))));
        }
        List<Changed> refused = all.stream().filter(ChangeCommand::isRefused).toList();
        if (refused.isEmpty()) return all;
        int done = all.size() - refused.size();
        throw new CommandFailed(refused.stream().map(ChangeCommand::describe).collect(Collectors.joining("; "))
                + (done == 0 ? "" : "; done for the " + done + " other" + (done == 1 ? "" : "s")));
    }

    private static boolean isRefused(Changed changed) {
        return changed.outcome() == ChangeOutcome.REFUSED || changed.outcome() == ChangeOutcome.UNKNOWN;
    }

    private static String describe(Changed changed) {
        if (changed.outcome() == ChangeOutcome.UNKNOWN) return "no job '" + changed.jobId() + "'";
        return "job " + changed.jobId() + ": "
                + (changed.message().isEmpty() ? "its state does not allow it" : changed.message());
    }
}
