/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.gridbatch.api.FailOn;
import org.gridbatch.api.Limits;

/**
 * A script to run and what it gets.
 *
 * @param text Gogo text
 * @param args what it sees as {@code $1 …} and {@code $args}
 * @param variables what else is set in its session, by name
 * @param allowed patterns of the commands that it may call, as {@code scope:function}; empty means all
 * @param denied patterns of the commands that it may not call, as {@code scope:function}; {@code *} stands for any
 *     characters. A pattern that matches {@code system:exit} also keeps it from ending the JVM or the framework through
 *     an object
 * @param failOn what makes it fail beside an exception
 * @param outputChars how many characters are kept of the head, and as many of the tail, of each of stdout and stderr; 1
 *     to {@link #MAX_OUTPUT_CHARS}
 * @param threadName the name of its thread
 */
public record Script(
        String text,
        List<String> args,
        Map<String, Object> variables,
        List<String> allowed,
        List<String> denied,
        FailOn failOn,
        int outputChars,
        String threadName) {
    /** Head and tail together are what the API carries in one piece when nothing was left out. */
    public static final int MAX_OUTPUT_CHARS = Limits.OUTPUT / 2;

    /**
     * What would end the node, change the commands of the whole node, or open a session that nobody watches. These are
     * guard rails against mistakes: a script is trusted code.
     */
    public static final List<String> DEFAULT_DENIED = List.of(
            "*:exit",
            "*:shutdown",
            "system:*",
            "gogo:gosh",
            "gogo:sh",
            "gogo:telnetd",
            "gogo:sshd",
            "osgi:addcommand",
            "osgi:removecommand",
            "felix:frameworklevel");

    public Script {
        Objects.requireNonNull(text, "text");
        args = List.copyOf(args);
        variables = Map.copyOf(variables);
        allowed = List.copyOf(allowed);
        denied = List.copyOf(denied);
        Objects.requireNonNull(failOn, "failOn");
        if (outputChars < 1 || outputChars > MAX_OUTPUT_CHARS) {
            throw new IllegalArgumentException(
                    "output characters is " + outputChars + ", want 1 to " + MAX_OUTPUT_CHARS);
        }
        Objects.requireNonNull(threadName, "threadName");
    }

    /**
     * Whether a command, as {@code scope:function} in lower case, may be called.
     *
     * @throws IllegalArgumentException if one of the patterns is not {@code scope:function}
     */
    public static Predicate<String> mayCall(List<String> allowed, List<String> denied) {
        return new CommandRules(allowed, denied)::allow;
    }

    /** A script without arguments, and defaults for all else. */
    public static Script of(String text) {
        return new Script(
                text,
                List.of(),
                Map.of(),
                List.of(),
                DEFAULT_DENIED,
                FailOn.EXCEPTION,
                MAX_OUTPUT_CHARS,
                "gridbatch-script");
    }

    public Script withArgs(List<String> value) {
        return new Script(text, value, variables, allowed, denied, failOn, outputChars, threadName);
    }

    /** With one more variable. */
    public Script withVariable(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(variables);
        more.put(name, value);
        return new Script(text, args, more, allowed, denied, failOn, outputChars, threadName);
    }

    public Script withAllowed(List<String> value) {
        return new Script(text, args, variables, value, denied, failOn, outputChars, threadName);
    }

    public Script withDenied(List<String> value) {
        return new Script(text, args, variables, allowed, value, failOn, outputChars, threadName);
    }

    public Script withFailOn(FailOn value) {
        return new Script(text, args, variables, allowed, denied, value, outputChars, threadName);
    }

    public Script withOutputChars(int value) {
        return new Script(text, args, variables, allowed, denied, failOn, value, threadName);
    }

    public Script withThreadName(String value) {
        return new Script(text, args, variables, allowed, denied, failOn, outputChars, value);
    }
}
