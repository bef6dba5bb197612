/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.felix.gogo.runtime.Closure;
import org.apache.felix.gogo.runtime.Parser.Statement;
import org.apache.felix.gogo.runtime.Token;

/**
 * The variables that a script has set, to null or to anything else. Gogo forgets one that is null, and makes null of one
 * that was never set: a mistyped name would go unseen. Thread-safe.
 */
final class SetVariables {
    private static final String NAME = "([\\p{javaJavaIdentifierPart}.&&[^$]]+)";
    /** A word that is nothing but a variable. */
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:" + NAME + "|\\{" + NAME + "})");

    private final Set<String> names = ConcurrentHashMap.newKeySet();

    void add(String name) {
        names.add(name);
    }

    /** The first variable that stands alone behind the first word of a statement, and that nothing has set. */
    Optional<String> unsetIn(Statement statement, Closure closure) {
        return statement.tokens().stream()
                .skip(1)
                .flatMap(word -> name(word).stream())
                .filter(name -> !isSet(name, closure))
                .findFirst();
    }

    private static Optional<String> name(Token word) {
        Matcher variable = VARIABLE.matcher(word);
        if (!variable.matches()) return Optional.empty();
        return Optional.of(variable.group(1) != null ? variable.group(1) : variable.group(2));
    }

    private boolean isSet(String name, Closure closure) {
        // Gogo calls what is set with a # in front whenever somebody asks for the value.
        if (names.contains(name) || names.contains("#" + name)) return true;
        return isArgument(name, closure) || closure.get(name) != null;
    }

    /** Also one that is null. */
    private static boolean isArgument(String name, Closure closure) {
        int which = name.equals("it") ? 1 : name.matches("[1-9]") ? name.charAt(0) - '0' : 0;
        return which > 0 && closure.get("argv") instanceof List<?> arguments && arguments.size() >= which;
    }
}
