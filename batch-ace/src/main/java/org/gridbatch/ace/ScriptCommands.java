/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.ace;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.felix.gogo.runtime.Closure;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.gridbatch.shell.byhand.ByHand;
import org.gridbatch.shell.byhand.HeldJob;
import org.gridbatch.worker.gogo.Closures;

/**
 * The commands of the scope {@code script}. The script of a job that was taken from the queue is run as a worker would,
 * and what came of it is reported; any other script is run here and now, and the queue hears nothing of it.
 */
public final class ScriptCommands {
    static final String SCOPE = "script";
    static final String[] FUNCTIONS = {"execute", "executeAll"};

    private final ByHand grid;
    private final Taken taken;

    ScriptCommands(ByHand grid, Taken taken) {
        this.grid = grid;
        this.taken = taken;
    }

    @Descriptor("run a script; if it is that of a job that was taken from the queue, report on the job")
    public void execute(
            CommandSession session,
            @Descriptor("the script, or a map with one as queue:get returns it") Object script) {
        if (script == null || script.toString().isBlank()) {
            throw new AceCommandFailed("script:execute: there is no script: is a variable not set?");
        }
        if (script instanceof Map<?, ?> definition) {
            if (Definitions.script(definition) == null) {
                throw new AceCommandFailed("script:execute: the map has no script: " + definition);
            }
            execute(session, definition);
        } else {
            executeText(session, script instanceof Closure closure ? Closures.text(closure) : script.toString());
        }
    }

    @Descriptor(
            "run the scripts of maps one after the other, up to the first that fails; what was taken from the queue and "
                    + "not run is given back")
    public void executeAll(
            CommandSession session, @Descriptor("maps with scripts, as queue:get returns them") Object... maps) {
        List<Map<?, ?>> definitions = new ArrayList<>();
        for (Object map : maps) add(map, definitions);
        if (definitions.isEmpty()) {
            throw new AceCommandFailed("script:executeAll: there is nothing to run, want maps with scripts");
        }
        try {
            for (Map<?, ?> definition : definitions) {
                if (Definitions.script(definition) != null) execute(session, definition);
                else session.getConsole().println("script:executeAll: ignored, it has no script: " + definition);
            }
        } finally {
            GiveBack.all(definitions);
        }
    }

    private static void add(Object map, List<Map<?, ?>> definitions) {
        if (map instanceof Map<?, ?> definition) {
            definitions.add(definition);
        } else if (map instanceof Collection<?> several) {
            several.forEach(one -> add(one, definitions));
        } else if (map instanceof Object[] several) {
            for (Object one : several) add(one, definitions);
        } else if (map != null && !map.toString().isEmpty()) {
            throw new AceCommandFailed(
                    "script:executeAll: '" + map + "' is no map, want one such as queue:get returns");
        }
    }

    private void execute(CommandSession session, Map<?, ?> definition) {
        if (definition instanceof TakenMap map) perform(map.job());
        else executeText(session, Definitions.script(definition));
    }

    private void executeText(CommandSession session, String script) {
        Optional<TakenMap> map = taken.withScript(session, script);
        if (map.isPresent()) perform(map.get().job());
        else grid.exec(session, script);
    }

    /** Runs it and reports what came of it; a failure is the caller's as well. */
    private static void perform(HeldJob job) {
        try {
            job.run();
        } catch (RuntimeException e) {
            // Whoever stopped it may run it again, and the job is held until then.
            if (!Thread.currentThread().isInterrupted()) report(job, e);
            throw e;
        }
        job.settle();
    }

    private static void report(HeldJob job, RuntimeException failure) {
        try {
            job.settle();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}
