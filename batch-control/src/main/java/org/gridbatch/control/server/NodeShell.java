/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import java.util.List;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The interactive shell of a node. Its profile, which Gogo looks for with the loader of the shell's own class, lies in
 * this bundle and does nothing but call back, when completion is set up and before there is a prompt.
 */
final class NodeShell extends Shell {
    private static final Logger log = LoggerFactory.getLogger(NodeShell.class);
    private static final String PROFILE = "gridbatch_profile";
    private static final String CALLED_BY_PROFILE = "gridbatch_opened";

    /** Declares what completion offers for the commands of the grid; a node without them has nothing to declare. */
    private static final String DECLARE_COMPLETIONS = "batch:_completions";

    NodeShell(Context context, CommandProcessor processor) {
        super(context, processor, PROFILE);
    }

    /** Runs until the user leaves. */
    void run(CommandSession session) throws Exception {
        session.put(CALLED_BY_PROFILE, (Function) NodeShell::opened);
        gosh(session, new String[] {"--login", "--nohistory", "--noshutdown"});
    }

    private static Object opened(CommandSession session, List<Object> arguments) {
        if (!(session.get(DECLARE_COMPLETIONS) instanceof Function declare)) return null;
        try {
            declare.execute(session, List.of());
        } catch (Exception e) {
            // A shell that completes less is better than none.
            log.warn("an interactive shell has no completion for the commands of the grid", e);
        }
        return null;
    }
}
