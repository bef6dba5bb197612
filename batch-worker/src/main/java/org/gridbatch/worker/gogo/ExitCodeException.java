/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

/** A command says that it failed with its exit code, and why on stderr, as those of gogo.jline do. */
final class ExitCodeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ExitCodeException(int code) {
        super("exit code " + code + "; stderr says why", null, false, false);
    }
}
