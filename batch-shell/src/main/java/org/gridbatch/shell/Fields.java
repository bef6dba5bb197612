/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.LinkedHashMap;
import java.util.Map;

/** Names and values, one pair a line, the values aligned; what is empty is left out. */
final class Fields {
    private final Map<String, String> values = new LinkedHashMap<>();

    Fields add(String name, Object value) {
        String text = String.valueOf(value);
        if (!text.isEmpty()) values.put(name, text);
        return this;
    }

    String format() {
        int width = values.keySet().stream().mapToInt(String::length).max().orElse(0);
        StringBuilder lines = new StringBuilder();
        values.forEach((name, value) -> {
            String indented = Text.clean(value).stripTrailing().replace("\n", "\n" + " ".repeat(width + 2));
            if (!lines.isEmpty()) lines.append('\n');
            lines.append(name).append(" ".repeat(width + 2 - name.length())).append(indented);
        });
        return lines.toString();
    }
}
