/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.felix.gogo.runtime.Closure;
import org.apache.felix.service.command.Function;

/** In a condition an exit code is an answer and no failure: the condition is false. */
final class Conditions {
    private static final Set<String> ASK = Set.of("gogo:if", "gogo:not", "gogo:until", "gogo:while");

    private Conditions() {}

    /** The arguments to call a command with, of those that a script gives it. */
    static List<Object> of(String command, List<Object> arguments) {
        if (!ASK.contains(command)) return arguments;
        List<Object> asking = new ArrayList<>(arguments);
        for (int i = 0; i < asking.size(); i++) {
            boolean isCondition = i == 0 || "elif".equals(String.valueOf(asking.get(i - 1)));
            if (isCondition && asking.get(i) instanceof Function condition) asking.set(i, asked(condition));
        }
        return asking;
    }

    private static Function asked(Function condition) {
        return (session, arguments) -> {
            try {
                return condition.execute(session, arguments);
            } catch (ExitCodeException answer) {
                // The next failure has another place.
                session.put(Closure.LOCATION, null);
                return null;
            }
        };
    }
}
