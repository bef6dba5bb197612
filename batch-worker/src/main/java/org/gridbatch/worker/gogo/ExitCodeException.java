/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

/**
 * A statement failed without an exception: its command says so with its exit code, and why on stderr, as those of
 * gogo.jline do. Thrown in its place, so that the script ends there.
 */
final class ExitCodeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;

    ExitCodeException(int code) {
        this(code, "exit code " + code + "; stderr says why");
    }

    ExitCodeException(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    int code() {
        return code;
    }
}
