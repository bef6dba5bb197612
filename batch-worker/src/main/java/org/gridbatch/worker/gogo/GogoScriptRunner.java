/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Objects;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.threadio.ThreadIO;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Runs scripts with the commands and converters of this framework's Gogo.
 *
 * <p>Each script gets a command processor of its own (see {@link JobProcessor}), which looks everything up in the
 * framework's one. That is what makes it possible to deny commands wherever they are called from, and to see each
 * statement end.
 */
@Component(service = ScriptRunner.class)
public final class GogoScriptRunner implements ScriptRunner {
    private final ThreadIO threadIO;
    private final CommandSession lookup;
    private final ScriptThreads threads = new ScriptThreads();
    private volatile CommandRules rules = new CommandRules(List.of(), Script.DEFAULT_DENIED);

    @Activate
    public GogoScriptRunner(@Reference CommandProcessor processor, @Reference ThreadIO threadIO) {
        this.threadIO = Objects.requireNonNull(threadIO, "threadIO");
        lookup = processor.createSession(
                InputStream.nullInputStream(), OutputStream.nullOutputStream(), OutputStream.nullOutputStream());
    }

    /** Looks nothing up any more. Who started scripts stops them. */
    @Deactivate
    public void close() {
        lookup.close();
    }

    @Override
    public ScriptRun start(Script script) {
        GogoScriptRun run = new GogoScriptRun(script, rules(script), lookup, threadIO, threads);
        run.start();
        return run;
    }

    /** Those of the last script, if they were the same: making the patterns costs more than a short script. */
    private CommandRules rules(Script script) {
        CommandRules last = rules;
        if (!last.isOf(script.allowed(), script.denied())) {
            rules = last = new CommandRules(script.allowed(), script.denied());
        }
        return last;
    }

    @Override
    public ScriptCheck check(String text) {
        return Syntax.check(text);
    }
}
