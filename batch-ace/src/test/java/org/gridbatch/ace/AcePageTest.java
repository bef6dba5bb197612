/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.ace;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.felix.service.command.Descriptor;
import org.junit.Test;

/** Holds docs/ace.md against what the commands say of themselves. */
public class AcePageTest {
    @Test
    public void thePageSaysWhatTheCommandsSay() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "ace.md"));

        assertEquals(5, said(page, QueueCommands.SCOPE, QueueCommands.class));
        assertEquals(2, said(page, ScriptCommands.SCOPE, ScriptCommands.class));
    }

    private static int said(String page, String scope, Class<?> commands) {
        int count = 0;
        for (Method command : commands.getDeclaredMethods()) {
            Descriptor descriptor = command.getAnnotation(Descriptor.class);
            if (descriptor == null) continue;
            count++;
            assertThat(page, containsString("| `" + scope + ":" + command.getName()));
            assertThat(page, containsString(" | " + descriptor.value() + " |"));
        }
        return count;
    }
}
