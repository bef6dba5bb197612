/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;

/**
 * Which commands a script may not call. Names are {@code scope:function} in lower case, as Gogo looks them up.
 *
 * <p>Besides names, it knows the objects through which a script would most likely end its node. It is a guard rail: a
 * script that means to can still find a way, through reflection or a command that does the same under another name.
 */
final class DeniedCommands {
    private static final String EXIT = "system:exit";
    private static final Set<String> ENDS_JVM = Set.of("exit", "halt");
    /** The usual way to end a framework from its shell. */
    private static final Set<String> ENDS_BUNDLES = Set.of("felix:stop", "felix:update", "felix:uninstall");

    private static final Set<String> ENDS_FRAMEWORK = Set.of("stop", "update", "uninstall");

    private final List<String> globs;
    private final List<Pattern> patterns;
    private final boolean exitDenied;

    DeniedCommands(List<String> denied) {
        globs = List.copyOf(denied);
        patterns = globs.stream().map(DeniedCommands::pattern).collect(Collectors.toUnmodifiableList());
        exitDenied = matches(EXIT);
    }

    private static Pattern pattern(String glob) {
        String text = glob.trim().toLowerCase(Locale.ROOT);
        if (text.indexOf(':') < 1) {
            throw new IllegalArgumentException(
                    "denied command is '" + glob + "', want scope:function, where * stands for any characters");
        }
        StringBuilder regex = new StringBuilder();
        for (String part : text.split("\\*", -1)) {
            if (regex.length() > 0) regex.append(".*");
            regex.append(Pattern.quote(part));
        }
        return Pattern.compile(regex.toString());
    }

    /** Whether it was made of just these. */
    boolean isOf(List<String> denied) {
        return globs.equals(denied);
    }

    boolean matches(String command) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(command).matches());
    }

    /** @throws DeniedCommandException if the command is denied */
    void check(String command, List<Object> arguments) {
        if (matches(command.toLowerCase(Locale.ROOT))) throw denied(command);
        if (exitDenied && ENDS_BUNDLES.contains(command) && arguments.stream().anyMatch(DeniedCommands::isFramework)) {
            throw denied(EXIT + " (as " + command + " of bundle 0)");
        }
    }

    private static boolean isFramework(Object argument) {
        return argument instanceof Bundle bundle
                ? bundle.getBundleId() == Constants.SYSTEM_BUNDLE_ID
                : argument instanceof CharSequence && argument.toString().equals("0")
                        || argument instanceof Number number && number.longValue() == 0;
    }

    /** @throws DeniedCommandException if calling the method would end the JVM or the framework, and that is denied */
    void check(Object target, String method) {
        if (exitDenied && endsNode(target, method.toLowerCase(Locale.ROOT))) {
            throw denied(EXIT + " (as " + typeOf(target).getName() + "." + method + ")");
        }
    }

    private static boolean endsNode(Object target, String method) {
        Class<?> type = typeOf(target);
        if (type == System.class || type == Runtime.class) return ENDS_JVM.contains(method);
        if (target instanceof Method reflected && method.equals("invoke")) {
            return endsNode(reflected.getDeclaringClass(), reflected.getName().toLowerCase(Locale.ROOT));
        }
        return target instanceof Bundle bundle
                && bundle.getBundleId() == Constants.SYSTEM_BUNDLE_ID
                && ENDS_FRAMEWORK.contains(method);
    }

    private static Class<?> typeOf(Object target) {
        return target instanceof Class<?> type ? type : target.getClass();
    }

    private static DeniedCommandException denied(String command) {
        return new DeniedCommandException("command " + command + " is denied to jobs on this node", command);
    }
}
