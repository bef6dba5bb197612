/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.felix.gogo.runtime.Closure;
import org.apache.felix.gogo.runtime.CommandSessionImpl;
import org.apache.felix.gogo.runtime.Parser;
import org.apache.felix.gogo.runtime.Parser.Executable;
import org.apache.felix.gogo.runtime.Parser.Statement;
import org.apache.felix.gogo.runtime.Pipe;
import org.apache.felix.gogo.runtime.Token;
import org.apache.felix.service.command.Job;
import org.apache.felix.service.command.Process;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Gogo knows of a statement, which is a job for it, and does not tell. It is in fields that have no accessors: with a
 * version of Gogo that calls them something else, scripts run without what needs them.
 */
final class Statements {
    private static final Logger LOG = LoggerFactory.getLogger(Statements.class);
    private static final String JOB = CommandSessionImpl.class.getName() + "$JobImpl";
    private static final Field EXECUTOR = field(CommandSessionImpl.class.getName(), "executor");
    private static final Field CHILDREN = field(JOB, "children");
    private static final Field RESULT = field(JOB, "result");
    private static final Field ERROR = field(Pipe.class.getName(), "error");
    private static final Field CLOSURE = field(Pipe.class.getName(), "closure");
    private static final Field STATEMENT = field(Pipe.class.getName(), "statement");
    private static final Field PROGRAM = field(Closure.class.getName(), "program");

    private static final Pattern TO_FILE = Pattern.compile("([0-9&])?>>?");

    private Statements() {}

    private static Field field(String type, String name) {
        try {
            Field field = Class.forName(type, false, CommandSessionImpl.class.getClassLoader())
                    .getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.warn(
                    "this version of Gogo has no {} in {}: long loops need much memory, scripts need more threads, or"
                            + " failures that commands tell by exit codes and variables that are not set go unseen",
                    name,
                    type,
                    e);
            return null;
        }
    }

    private static Object get(Field field, Object of) {
        try {
            return field == null || of == null ? null : field.get(of);
        } catch (IllegalAccessException e) {
            throw new AssertionError("the field was made accessible", e);
        }
    }

    /**
     * Forgets one that has ended. Gogo keeps each with its streams, some 50 KiB, until the statement around it has ended:
     * a loop of a few thousand turns would fill the memory of its node.
     */
    static void forget(Job ended) {
        Job around = ended.parent();
        if (around == null || CHILDREN == null) return;
        Object children = get(CHILDREN, around);
        // Gogo itself holds the same lock when it adds one.
        synchronized (children) {
            ((Collection<?>) children).remove(ended);
        }
    }

    /** The exit code that a stage of a pipeline set; 0 if it set none. */
    static int exitCode(Process stage) {
        return get(ERROR, stage) instanceof Integer code ? code : 0;
    }

    /** What one stage executes; null if it is not known. */
    static Statement statement(Process stage) {
        return (Statement) get(STATEMENT, stage);
    }

    /** Whether a stage writes one of its streams, 1 or 2, to a file. */
    static boolean redirects(Process stage, int stream) {
        Statement statement = statement(stage);
        if (statement == null) return false;
        return statement.redirections().stream()
                .map(TO_FILE::matcher)
                .filter(Matcher::matches)
                .anyMatch(to -> to.group(1) == null
                        ? stream == 1
                        : to.group(1).equals("&") || to.group(1).equals(String.valueOf(stream)));
    }

    /** The braces around a stage, or the whole script; null if they are not known. */
    static Closure closure(Process stage) {
        return (Closure) get(CLOSURE, stage);
    }

    /** Whether {@code ||} says what to do if this one fails: then Gogo looks at its exit code. */
    static boolean hasAlternative(Job job) {
        if (!(job.command() instanceof Token command)
                || !(get(PROGRAM, closure(job.processes().get(0))) instanceof Parser.Program program)) return false;
        // An executable, what joins it to the next one, the next one, and so on.
        List<Executable> all = program.tokens();
        int next = 1;
        while (next < all.size() && all.get(next).start() < command.start()) next += 2;
        while (next < all.size() && Token.eq("&&", all.get(next))) next += 2;
        return next < all.size() && Token.eq("||", all.get(next));
    }

    /**
     * Changes the result of one that is about to end.
     *
     * @return whether that was possible
     */
    static boolean setResult(Job ending, Pipe.Result result) {
        return set(RESULT, ending, result);
    }

    /** Lets these threads execute the statements of a session that is new. */
    static void setThreads(CommandSessionImpl session, StatementThreads threads) {
        set(EXECUTOR, session, threads);
    }

    private static boolean set(Field field, Object of, Object value) {
        if (field == null) return false;
        try {
            field.set(of, value);
            return true;
        } catch (IllegalAccessException e) {
            throw new AssertionError("the field was made accessible", e);
        }
    }
}
