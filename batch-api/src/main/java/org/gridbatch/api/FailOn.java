/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;

/**
 * What fails an attempt whose script came to its end without an exception.
 *
 * @param nullResult that its result is null: neither did its last statement have a value, nor did it set a result
 * @param stderr that it printed anything to standard error
 */
public record FailOn(boolean nullResult, boolean stderr) implements Serializable {
    /** Nothing but exceptions and what counts as one, such as the exit code of the last statement. */
    public static final FailOn EXCEPTION = new FailOn(false, false);

    private static final String NO_RESULT = "no-result";
    private static final String STDERR = "stderr";

    /**
     * Reads {@code no-result}, {@code stderr}, or both with a comma between them. It is not {@code null}, since Gogo makes
     * nothing of that word.
     *
     * @throws InvalidRequestException if it is anything else
     */
    public static FailOn parse(String words) {
        boolean nullResult = false;
        boolean stderr = false;
        for (String word : words.split(",", -1)) {
            if (word.equals(NO_RESULT)) nullResult = true;
            else if (word.equals(STDERR)) stderr = true;
            else
                throw new InvalidRequestException(
                        "fail on is '" + words + "', want no-result, stderr or no-result,stderr");
        }
        return new FailOn(nullResult, stderr);
    }

    /** As {@link #parse(String)} reads it; empty for {@link #EXCEPTION}. */
    @Override
    public String toString() {
        if (nullResult) return stderr ? NO_RESULT + "," + STDERR : NO_RESULT;
        return stderr ? STDERR : "";
    }
}
