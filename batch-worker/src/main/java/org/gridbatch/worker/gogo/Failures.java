/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.lang.reflect.InvocationTargetException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.gridbatch.api.Limits;

/** Writes failures down for the people who must find out what happened. */
final class Failures {
    private static final int MAX_CAUSES = 16;
    private static final int MESSAGE_CHARS = 4_000;
    private static final List<String> NOT_THEIRS = List.of(
            "java.",
            "javax.",
            "jdk.",
            "sun.",
            "org.apache.felix.gogo.runtime.",
            GogoScriptRun.class.getName(),
            JobProcessor.class.getName(),
            CommandRules.class.getName(),
            Conditions.class.getName(),
            JobSession.class.getName(),
            JobHandle.class.getName(),
            FollowUps.class.getName(),
            Durations.class.getName());

    private Failures() {}

    /** Without the wrappers that Gogo and reflection put around what a command threw. */
    static Throwable bare(Throwable failure) {
        Throwable bare = failure;
        while ((bare instanceof InvocationTargetException || bare instanceof ExecutionException)
                && bare.getCause() != null) {
            bare = bare.getCause();
        }
        return bare;
    }

    /**
     * The failure and its causes, each with its type, message and the place in the command's own code that threw it.
     *
     * @param place where in the script; may be empty
     */
    static String describe(Throwable failure, String place) {
        StringBuilder text = new StringBuilder();
        if (!append(text, bare(failure))) text.append(failure.getClass().getName());
        if (!place.isEmpty()) text.append("\n  in ").append(place);
        return text.toString();
    }

    private static boolean append(StringBuilder text, Throwable failure) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        try {
            for (Throwable link = failure; link != null && seen.size() < MAX_CAUSES; link = link.getCause()) {
                if (!seen.add(link)) break;
                if (seen.size() > 1) text.append("\n  caused by ");
                if (link instanceof ExitCodeException || link instanceof UnsetVariableException) {
                    text.append(link.getMessage());
                    break;
                }
                text.append(link.getClass().getName());
                String message = link.getMessage();
                if (message != null && !message.isEmpty()) {
                    text.append(": ").append(Texts.cap(message, MESSAGE_CHARS));
                }
                appendOrigin(text, link);
            }
            return true;
        } catch (Throwable broken) {
            // The exception's own methods throw; its type is all there is to say.
            text.setLength(0);
            return false;
        }
    }

    private static void appendOrigin(StringBuilder text, Throwable failure) {
        for (StackTraceElement frame : failure.getStackTrace()) {
            if (frame.getFileName() == null || NOT_THEIRS.stream().anyMatch(frame.getClassName()::startsWith)) continue;
            text.append("\n    at ").append(frame.getClassName()).append('.').append(frame.getMethodName());
            text.append('(')
                    .append(frame.getFileName())
                    .append(':')
                    .append(frame.getLineNumber())
                    .append(')');
            return;
        }
    }

    /** As much as a report may carry. */
    static String cap(String text) {
        return Texts.cap(text, Limits.RESULT);
    }
}
