/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

/** What an attempt printed. */
record Output(String out, String err) {
    /** Both, one after the other, with a line between them if there is something of each. */
    @Override
    public String toString() {
        if (out.isEmpty() || err.isEmpty()) return (out + err).stripTrailing();
        return out.stripTrailing() + "\n--- stderr ---\n" + err.stripTrailing();
    }
}
