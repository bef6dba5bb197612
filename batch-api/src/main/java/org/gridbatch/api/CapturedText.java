/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;

/**
 * What is kept of a stream: its head, its tail, and how much there was.
 *
 * @param head the first characters; all of them when nothing was left out
 * @param tail the last characters; empty when nothing was left out
 * @param bytes how many bytes the script printed in all
 */
public record CapturedText(String head, String tail, long bytes) implements Serializable {
    public static final CapturedText NONE = new CapturedText("", "", 0);

    public CapturedText {
        head = Check.text("output head", head, Limits.OUTPUT);
        tail = Check.text("output tail", tail, Limits.OUTPUT);
        if (bytes < 0) throw new InvalidRequestException("output bytes is " + bytes + ", want 0 or more");
    }

    /** Head and tail with a line between them that says that something was left out. */
    public String text() {
        return tail.isEmpty() ? head : head + "\n… left out: the middle of " + bytes + " bytes …\n" + tail;
    }
}
