/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.ace;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.shell.byhand.HeldJob;

/**
 * Which jobs each session has taken and not reported on yet, so that running a job's script counts for the job even if it
 * is given as text. As many as a shell can hold. Thread-safe.
 */
final class Taken {
    private final List<Entry> entries = new ArrayList<>();

    /** The session weakly, so that one that nobody can use any more can go. */
    private record Entry(WeakReference<CommandSession> session, TakenMap map) {}

    synchronized TakenMap add(CommandSession session, HeldJob job) {
        entries.removeIf(entry -> !entry.map().isHeld());
        TakenMap map = new TakenMap(job);
        entries.add(new Entry(new WeakReference<>(session), map));
        return map;
    }

    /** The one that this session took first of those with this script. */
    synchronized Optional<TakenMap> withScript(CommandSession session, String script) {
        return entries.stream()
                .filter(entry -> entry.session().refersTo(session))
                .map(Entry::map)
                .filter(map -> map.isHeld() && script.equals(map.job().spec().script()))
                .findFirst();
    }
}
