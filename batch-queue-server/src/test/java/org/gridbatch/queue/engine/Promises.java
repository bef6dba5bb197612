/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.gridbatch.api.Limit;
import org.gridbatch.api.QueueSettings;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Result;
import org.gridbatch.queue.core.Rules;

/**
 * What the simulation's operators were told is done: a rule holds until it is changed again, whatever crashes, and the
 * log has each command with the answer that was given to it.
 */
final class Promises {
    /** One thing that is set, and the values that it may have now: the last one promised, then those asked for since. */
    private static final class Setting {
        private final Function<Rules, Object> current;
        private final List<Command> askedBy = new ArrayList<>();
        private final List<Object> values = new ArrayList<>();

        Setting(Function<Rules, Object> current) {
            this.current = current;
            add(null, current.apply(new Rules()));
        }

        void add(Command by, Object value) {
            askedBy.add(by);
            values.add(value);
        }

        void answered(Command command) {
            int index = askedBy.indexOf(command);
            if (index < 0) return;
            askedBy.subList(0, index).clear();
            values.subList(0, index).clear();
        }
    }

    private final Map<String, Setting> settings = new LinkedHashMap<>();
    private final Map<Command, Result> answers = new HashMap<>();
    private int operators;

    /** An operator who gives one command, so that no two commands are equal. */
    String by() {
        return "ann@n" + operators++;
    }

    void asked(Command command) {
        if (command instanceof Command.Pause c) {
            pause(c, c.queue(), c.paused());
        } else if (command instanceof Command.Configure c) {
            QueueSettings to = c.settings();
            pause(c, to.queue(), to.paused());
            ask(c, "limit of " + to.queue(), rules -> rules.limitOfQueue(to.queue()), to.limit());
            ask(c, "class of " + to.queue(), rules -> rules.orderOf(to.queue()), to.order());
        } else if (command instanceof Command.Restrict c) {
            Limit to = c.limit();
            ask(c, "limit of key " + c.limitKey(), rules -> rules.limit(c.limitKey()), to);
        } else if (command instanceof Command.Weigh c) {
            ask(c, "weight of " + c.tenant(), rules -> rules.weight(c.tenant()), c.weight());
        } else if (command instanceof Command.Drain c) {
            ask(c, "drain of " + c.worker(), rules -> rules.isDrained(c.worker()), c.on());
        }
    }

    private void pause(Command by, String queue, boolean paused) {
        ask(by, "pause of " + queue, rules -> rules.queue(queue).paused(), paused);
    }

    private void ask(Command by, String what, Function<Rules, Object> current, Object value) {
        settings.computeIfAbsent(what, name -> new Setting(current)).add(by, value);
    }

    void answered(Command command, Result result) {
        answers.put(command, result);
        if (result instanceof Result.Refused) return;
        for (Setting one : settings.values()) one.answered(command);
    }

    /** What was promised holds, but for what was asked for since. */
    void check(Rules rules) {
        settings.forEach((what, setting) -> {
            Object now = setting.current.apply(rules);
            assertTrue(what + " is " + now + ", want one of " + setting.values, setting.values.contains(now));
        });
    }

    void logged(Command command, Result result) {
        Result answer = answers.remove(command);
        if (answer != null) assertEquals("the answer to " + command, answer, result);
    }

    /** After all that the log has. */
    void checkLogged() {
        assertEquals("answered, but not in the log", Map.of(), answers);
    }
}
