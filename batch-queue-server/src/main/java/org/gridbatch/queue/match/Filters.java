/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.gridbatch.api.InvalidRequestException;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobView;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

/** LDAP filters as OSGi reads them (OSGi Core, 3.2.7), over workers and over jobs. */
public final class Filters {
    private Filters() {}

    /**
     * Null for an empty text, which matches everything.
     *
     * @throws InvalidRequestException if it is no filter; the message names the field and the place
     */
    public static Filter of(String field, String text) {
        if (text.isEmpty()) return null;
        try {
            return FrameworkUtil.createFilter(text);
        } catch (InvalidSyntaxException e) {
            throw new InvalidRequestException(
                    field + " is '" + text + "', want an LDAP filter such as (cpus>=4): " + e.getMessage());
        }
    }

    /** What a filter of a worker sees of a job: its fields, and its tags by their names where no field has that name. */
    static Map<String, Object> attributes(JobSpec spec) {
        Map<String, Object> attributes = new HashMap<>();
        spec.tags().forEach((key, value) -> attributes.put(key, value(value)));
        attributes.put("id", spec.jobId());
        attributes.put("queue", spec.queue());
        attributes.put("tenant", spec.tenant());
        attributes.put("name", spec.name());
        attributes.put("priority", (long) spec.priority());
        attributes.put("exclusiveKey", spec.exclusiveKey());
        attributes.put("limitKey", spec.limitKey());
        attributes.put("needs", List.copyOf(spec.placement().needs()));
        return attributes;
    }

    /** What a filter sees of a final job: its fields that are not empty, and its tags where no field has that name. */
    public static Map<String, Object> attributes(JobView view) {
        Map<String, Object> attributes = new HashMap<>();
        view.tags().forEach((key, value) -> attributes.put(key, value(value)));
        attributes.put("id", view.jobId());
        attributes.put("queue", view.queue());
        attributes.put("state", view.state().name().toLowerCase(Locale.ROOT));
        attributes.put("attempt", (long) view.attempt());
        attributes.put("rescues", (long) view.rescues());
        put(attributes, "tenant", view.tenant());
        put(attributes, "name", view.name());
        put(attributes, "worker", view.worker());
        put(attributes, "array", view.arrayId());
        put(attributes, "item", view.item());
        put(attributes, "error", view.error());
        put(attributes, "result", view.result());
        put(attributes, "retryOf", view.retryOf());
        put(attributes, "by", view.by());
        return attributes;
    }

    private static void put(Map<String, Object> attributes, String key, String value) {
        if (value.isEmpty()) attributes.remove(key);
        else attributes.put(key, value);
    }

    /** A number where the text is one, so that 16 is more than 4. */
    static Object value(String text) {
        if (text.isEmpty() || text.length() > 18) return text;
        char first = text.charAt(0);
        if (first != '-' && (first < '0' || first > '9')) return text;
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException notWhole) {
            try {
                return Double.valueOf(text);
            } catch (NumberFormatException noNumber) {
                return text;
            }
        }
    }
}
