/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.lang.reflect.Field;
import org.apache.felix.gogo.runtime.Closure;

/** Reads the script that somebody wrote as a closure. */
public final class Closures {
    private Closures() {}

    /**
     * The source of a closure. Its own {@code toString()} is made for people: it joins lines and drops blanks and
     * backslashes even inside quotes, which can change what a script does. The source is in a field that has no accessor.
     *
     * @throws IllegalArgumentException if this version of Gogo does not tell it
     */
    public static String text(Closure closure) {
        try {
            Field source = Closure.class.getDeclaredField("source");
            source.setAccessible(true);
            return String.valueOf(source.get(closure)).strip();
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "this version of Gogo does not tell the text of a closure: put the script in quotes", e);
        }
    }
}
