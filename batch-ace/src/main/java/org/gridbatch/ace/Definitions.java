/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.ace;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.gridbatch.api.BatchException;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Limits;
import org.gridbatch.api.Placement;
import org.gridbatch.worker.gogo.ScriptCheck;
import org.gridbatch.worker.gogo.ScriptRunner;

/**
 * How a job is a map for ACE's commands: {@code script} is its script, and every other key is a tag of it. A property
 * {@code name} is the job's name as well, for people.
 */
final class Definitions {
    static final String SCRIPT = "script";
    private static final String NAME = "name";

    /** What no worker has: whoever takes a job by hand is not asked, so such a job waits for {@code queue:get}. */
    private static final Placement ONLY_BY_GET = new Placement("(taken-by=queue:get)", null, "");

    private final ScriptRunner scripts;
    private final String queue;
    private final boolean forWorkers;

    /**
     * @param queue where the jobs wait
     * @param forWorkers whether workers may run them, besides those who get them
     */
    Definitions(ScriptRunner scripts, String queue, boolean forWorkers) {
        this.scripts = scripts;
        this.queue = queue;
        this.forWorkers = forWorkers;
    }

    String queue() {
        return queue;
    }

    /** Null if the map has none. */
    static String script(Map<?, ?> definition) {
        Object script = definition.get(SCRIPT);
        return script == null || script.toString().isBlank() ? null : script.toString();
    }

    /** @throws AceCommandFailed if it can be no job; nothing is queued then */
    JobSpec job(Map<?, ?> definition) {
        String script = script(definition);
        if (script == null) {
            throw new AceCommandFailed(
                    "queue:put: there is no script, want a map such as [script='echo hello' name=x]");
        }
        ScriptCheck check = scripts.check(script);
        if (!check.isOk()) {
            throw new AceCommandFailed(
                    "queue:put: the script cannot be run: " + check.problems().get(0));
        }
        Map<String, String> properties = properties(definition);
        try {
            return JobSpec.script(script)
                    .queue(queue)
                    .name(properties.getOrDefault(NAME, ""))
                    .tags(properties)
                    .placement(forWorkers ? new Placement("", check.needs(Limits.TAGS), "") : ONLY_BY_GET)
                    .build();
        } catch (BatchException e) {
            throw new AceCommandFailed("queue:put: a property is a tag of the job, and " + e.getMessage(), e);
        }
    }

    private static Map<String, String> properties(Map<?, ?> definition) {
        Map<String, String> properties = new LinkedHashMap<>();
        definition.forEach((key, value) -> {
            String name = String.valueOf(key);
            if (value == null) {
                throw new AceCommandFailed("queue:put: the property '" + name + "' is null: is a variable not set?");
            }
            if (!name.equals(SCRIPT)) properties.put(name, value.toString());
        });
        return properties;
    }

    /** The map that was put, or what a job that came otherwise would have been put as. */
    static Map<String, String> map(JobSpec job) {
        Map<String, String> map = new HashMap<>(job.tags());
        map.put(SCRIPT, job.script());
        return map;
    }
}
