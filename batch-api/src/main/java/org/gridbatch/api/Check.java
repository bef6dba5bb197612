/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The checks that the records of this package share; every refusal names the field, the value and what was wanted. */
final class Check {
    private static final Pattern COMMAND = Pattern.compile("([^\\s:*()]+:)?[^\\s:*()]+");

    private static final Instant FAR_FUTURE = Instant.parse("9999-12-31T00:00:00Z");

    private Check() {}

    static String text(String field, String value, int maxLength) {
        String text = value == null ? "" : value;
        if (text.length() > maxLength) {
            throw new InvalidRequestException(
                    field + " has " + text.length() + " characters, want at most " + maxLength);
        }
        return text;
    }

    static String name(String field, String value, int maxLength) {
        String text = text(field, value, maxLength);
        if (!isName(text)) {
            throw new InvalidRequestException(field + " is '" + text
                    + "', want a letter or digit and then letters, digits or any of . _ : ~ @ -");
        }
        return text;
    }

    /** By hand: a start reads some names of each of a million jobs, and a regular expression took a tenth of that. */
    static boolean isName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!plain && (i == 0 || "._:~@-".indexOf(c) < 0)) return false;
        }
        return !text.isEmpty();
    }

    /** In lower case, since Gogo does not tell cases apart. */
    static String command(String field, String value) {
        String text = text(field, value, Limits.NAME);
        if (!COMMAND.matcher(text).matches()) {
            throw new InvalidRequestException(field + " is '" + text + "', want scope:function or function");
        }
        return text.toLowerCase(Locale.ROOT);
    }

    static String optionalName(String field, String value, int maxLength) {
        return value == null || value.isEmpty() ? "" : name(field, value, maxLength);
    }

    static int range(String field, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidRequestException(field + " is " + value + ", want " + least + " to " + most);
        }
        return value;
    }

    static long notNegative(String field, long value) {
        if (value < 0) throw new InvalidRequestException(field + " is " + value + ", want 0 or more");
        return value;
    }

    static Duration range(String field, Duration value, Duration least, Duration most) {
        Duration duration = value == null ? Duration.ZERO : value;
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            throw new InvalidRequestException(field + " is " + duration + ", want " + least + " to " + most);
        }
        return duration;
    }

    /** A time that a database can hold; a missing one is {@link Instant#EPOCH}. */
    static Instant time(String field, Instant value) {
        Instant time = value == null ? Instant.EPOCH : value;
        if (time.isBefore(Instant.EPOCH) || !time.isBefore(FAR_FUTURE)) {
            throw new InvalidRequestException(field + " is " + time + ", want a time from 1970 to 9999");
        }
        return time;
    }

    static <T> List<T> list(String field, List<T> value, int maxSize) {
        if (value == null || value.isEmpty()) return List.of();
        List<T> list = value;
        if (list.size() > maxSize) {
            throw new InvalidRequestException(field + " has " + list.size() + " entries, want at most " + maxSize);
        }
        for (T entry : new ArrayList<>(list)) {
            if (entry == null) throw new InvalidRequestException(field + " has a null entry");
        }
        return List.copyOf(list);
    }

    static Map<String, String> map(String field, Map<String, String> value, int maxSize) {
        if (value == null || value.isEmpty()) return Map.of();
        Map<String, String> map = new LinkedHashMap<>(value);
        if (map.size() > maxSize) {
            throw new InvalidRequestException(field + " has " + map.size() + " entries, want at most " + maxSize);
        }
        map.forEach((key, entry) -> {
            name(field + " key", key, Limits.NAME);
            if (entry == null) throw new InvalidRequestException(field + " " + key + " is null");
            text(field + " " + key, entry, Limits.TEXT);
        });
        return Map.copyOf(map);
    }
}
