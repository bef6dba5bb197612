/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalAmount;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.felix.gogo.runtime.Token;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.gridbatch.api.Limits;

/**
 * Makes text of the value of a script, as the shell would show it. Formatting runs methods of foreign objects, so it has
 * a thread and a time of its own, and whatever goes wrong there leaves the name of the value's class. The thread is the
 * script's: one that heeds no interrupt keeps the script from ending, as that of a command does.
 */
final class Formatter {
    static final long MAX_MILLIS = 5_000;
    private static final long INTERRUPT_AGAIN_MILLIS = 250;
    private static final int MAX_ELEMENTS = 1_000;

    /** The text of these cannot go wrong, and a thread for each job would cost more than many a job. */
    private static final Set<Class<?>> HARMLESS = Set.of(
            String.class,
            // What stands in the script itself, as the 1 of "n = 1".
            Token.class,
            Boolean.class,
            Character.class,
            Integer.class,
            Long.class,
            Double.class,
            Float.class);

    private Formatter() {}

    /** @throws InterruptedException if the script was interrupted; the thread may go on, see {@link ScriptThreads} */
    static String format(CommandSession session, Object value, long maxMillis) throws InterruptedException {
        if (value == null) return "";
        if (HARMLESS.contains(value.getClass())) return Texts.cap(value.toString(), Limits.RESULT);
        FutureTask<String> task = new FutureTask<>(() -> text(session, value));
        Thread thread = new Thread(task, Thread.currentThread().getName() + ScriptThreads.RESULT);
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(maxMillis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            while (thread.isAlive()) {
                thread.interrupt();
                thread.join(INTERRUPT_AGAIN_MILLIS);
            }
            return value.getClass().getName();
        }
    }

    private static String text(CommandSession session, Object value) {
        CharSequence text;
        if (value instanceof CharSequence
                || value instanceof Number
                || value instanceof Enum
                || value instanceof Boolean
                || value instanceof Character
                || value instanceof TemporalAccessor
                || value instanceof TemporalAmount
                || value instanceof Date
                || value instanceof UUID
                || value instanceof Throwable
                || value instanceof Class) {
            // The shell would list the getters of some of these, and their own text says it better.
            text = value.toString();
        } else if (value instanceof Collection<?> many && many.size() > MAX_ELEMENTS) {
            text = first(session, many);
        } else if (value instanceof Map<?, ?> many && many.size() > MAX_ELEMENTS) {
            text = first(session, many.entrySet());
        } else if (value instanceof Object[] many && many.length > MAX_ELEMENTS) {
            text = first(session, Arrays.asList(many));
        } else {
            text = session.format(value, Converter.INSPECT);
        }
        return Texts.cap(text, Limits.RESULT).stripTrailing();
    }

    /** Only as many elements as fit, of a collection that may be huge. */
    private static CharSequence first(CommandSession session, Collection<?> elements) {
        StringBuilder text = new StringBuilder();
        for (Object element : elements) {
            if (text.length() > Limits.RESULT) break;
            text.append(session.format(element, Converter.LINE)).append('\n');
        }
        return text;
    }
}
