/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Which commands a script may call, and which not. Names are {@code scope:function} in lower case, as Gogo looks them up.
 *
 * <p>Besides names, it knows the objects through which a script would most likely end its node. It is a guard rail: a
 * script that means to can still find a way, through reflection or a command that does the same under another name.
 */
final class CommandRules {
    private static final String EXIT = "system:exit";
    private static final Set<String> ENDS_JVM = Set.of("exit", "halt");
    /** The usual way to end a framework from its shell; a refresh of bundle 0 starts it anew. */
    private static final Set<String> ENDS_BUNDLES =
            Set.of("felix:stop", "felix:update", "felix:uninstall", "felix:refresh");

    private static final Set<String> ENDS_FRAMEWORK = Set.of("stop", "update", "uninstall");
    /** Gogo finds setters without their "set". */
    private static final Set<String> SETS_LEVEL = Set.of("setstartlevel", "startlevel");

    private final List<String> allowedGlobs;
    private final List<String> deniedGlobs;
    private final List<Pattern> allowed;
    private final List<Pattern> denied;
    private final boolean exitDenied;

    /**
     * @param allowed patterns of the commands that may be called; empty means all
     * @param denied patterns of those that may not be called all the same
     */
    CommandRules(List<String> allowed, List<String> denied) {
        allowedGlobs = List.copyOf(allowed);
        deniedGlobs = List.copyOf(denied);
        this.allowed = patterns("allowed", allowedGlobs);
        this.denied = patterns("denied", deniedGlobs);
        exitDenied = pattern(EXIT) != null;
    }

    private static List<Pattern> patterns(String which, List<String> globs) {
        return globs.stream().map(glob -> pattern(which, glob)).collect(Collectors.toUnmodifiableList());
    }

    private static Pattern pattern(String which, String glob) {
        String text = glob.trim().toLowerCase(Locale.ROOT);
        if (text.indexOf(':') < 1) {
            throw new IllegalArgumentException(
                    which + " command is '" + glob + "', want scope:function, where * stands for any characters");
        }
        StringBuilder regex = new StringBuilder();
        for (String part : text.split("\\*", -1)) {
            if (regex.length() > 0) regex.append(".*");
            regex.append(Pattern.quote(part));
        }
        return Pattern.compile(regex.toString());
    }

    /** Whether it was made of just these. */
    boolean isOf(List<String> allow, List<String> deny) {
        return allowedGlobs.equals(allow) && deniedGlobs.equals(deny);
    }

    /** The same script, with just these. */
    Script hold(Script script) {
        return script.withAllowed(allowedGlobs).withDenied(deniedGlobs);
    }

    /** Whether a command, in lower case, may be called. */
    boolean allow(String command) {
        return isListed(command) && !deny(command);
    }

    /** Whether a pattern denies a command, in lower case; any scope ({@code *:exit}) only if that of the pattern is any. */
    boolean deny(String command) {
        return pattern(command) != null;
    }

    private boolean isListed(String command) {
        return allowed.isEmpty()
                || allowed.stream().anyMatch(one -> one.matcher(command).matches());
    }

    /** The pattern that denies a command; null if none does. */
    private String pattern(String command) {
        for (int i = 0; i < denied.size(); i++) {
            if (denied.get(i).matcher(command).matches()) return deniedGlobs.get(i);
        }
        return null;
    }

    /**
     * @param frameworkNames what the commands for bundles know bundle 0 by, beside its number
     * @throws DeniedCommandException if the command may not be called
     */
    void check(String command, List<Object> arguments, Set<String> frameworkNames) {
        String name = command.toLowerCase(Locale.ROOT);
        String pattern = pattern(name);
        if (pattern != null) throw denied(command, command.startsWith("*:") ? command.substring(2) : command, pattern);
        if (!isListed(name)) {
            throw new DeniedCommandException(
                    "command " + command + " is denied to jobs on this node: the worker's setting allowed.commands"
                            + " has only " + String.join(", ", allowedGlobs),
                    command);
        }
        if (exitDenied && ENDS_BUNDLES.contains(name) && isFramework(arguments, frameworkNames)) {
            throw exitDenied(command + " of bundle 0");
        }
    }

    private static boolean isFramework(Object argument, Set<String> names) {
        if (argument instanceof Bundle bundle) return bundle.getBundleId() == Constants.SYSTEM_BUNDLE_ID;
        if (argument instanceof Collection<?> several) return several.stream().anyMatch(one -> isFramework(one, names));
        if (argument instanceof Object[] several) return isFramework(Arrays.asList(several), names);
        // Whatever else it is, even a closure: Gogo makes a bundle of its text.
        String text = String.valueOf(argument).strip();
        return names.contains(text) || isZero(text);
    }

    /** Not only "0": the commands read it as a number. */
    private static boolean isZero(String text) {
        try {
            return Long.parseLong(text) == Constants.SYSTEM_BUNDLE_ID;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** @throws DeniedCommandException if calling the method would end the JVM or the framework, and that is denied */
    void check(Object target, String method) {
        if (exitDenied && endsNode(target, method.toLowerCase(Locale.ROOT))) {
            throw exitDenied(typeOf(target).getName() + "." + method);
        }
    }

    private static boolean endsNode(Object target, String method) {
        Class<?> type = typeOf(target);
        if (type == System.class || type == Runtime.class) return ENDS_JVM.contains(method);
        if (target instanceof Method reflected && method.equals("invoke")) {
            return endsNode(reflected.getDeclaringClass(), reflected.getName().toLowerCase(Locale.ROOT));
        }
        if (target instanceof FrameworkStartLevel) return SETS_LEVEL.contains(method);
        if (target instanceof FrameworkWiring) return method.equals("refreshbundles");
        return target instanceof Bundle bundle
                && bundle.getBundleId() == Constants.SYSTEM_BUNDLE_ID
                && ENDS_FRAMEWORK.contains(method);
    }

    private static Class<?> typeOf(Object target) {
        return target instanceof Class<?> type ? type : target.getClass();
    }

    private DeniedCommandException exitDenied(String as) {
        return denied(EXIT, EXIT + " (as " + as + ")", pattern(EXIT));
    }

    private static DeniedCommandException denied(String command, String shown, String pattern) {
        return new DeniedCommandException(
                "command " + shown + " is denied to jobs on this node: the worker's setting denied.commands has "
                        + pattern,
                command);
    }
}
