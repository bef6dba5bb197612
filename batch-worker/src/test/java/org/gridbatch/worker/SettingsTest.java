/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gridbatch.worker.gogo.Script;
import org.junit.Test;

public class SettingsTest {
    private static Settings settings(Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>(values);
        all.putIfAbsent("name", "worker-1");
        WorkerComponent.Config config = (WorkerComponent.Config) Proxy.newProxyInstance(
                SettingsTest.class.getClassLoader(),
                new Class<?>[] {WorkerComponent.Config.class},
                (proxy, method, args) -> all.getOrDefault(method.getName(), method.getDefaultValue()));
        return Settings.of(config);
    }

    private static void refuses(String key, Object value, String message) {
        RuntimeException e = assertThrows(RuntimeException.class, () -> settings(Map.of(key, value)));
        assertThat(e.getMessage(), containsString(message));
    }

    @Test
    public void defaultsAreGood() {
        Settings settings = settings(Map.of());
        assertEquals(4, settings.slots());
        assertEquals(Duration.ofSeconds(30), settings.claimWait());
        assertEquals(List.of(), settings.queues());
        assertEquals(Script.DEFAULT_DENIED, settings.denied());
    }

    @Test
    public void theConfigurationDeniesWhatScriptsAreDeniedAnyway() throws Exception {
        assertArrayEquals(Script.DEFAULT_DENIED.toArray(), (String[])
                WorkerComponent.Config.class.getMethod("denied_commands").getDefaultValue());
    }

    @Test
    public void labelsAreSplitAtTheFirstEquals() {
        assertEquals(
                Map.of("room", "7", "expr", "a=b"),
                settings(Map.of("labels", new String[] {"room=7", "expr=a=b"})).labels());
    }

    @Test
    public void whatIsOutOfBoundsIsRefusedWithItsKey() {
        refuses("name", "", "configuration name is empty");
        refuses("name", "a b", "worker is 'a b'");
        refuses("slots", 0, "configuration slots is 0, want 1 to 256");
        refuses("slots", 257, "configuration slots is 257, want 1 to 256");
        refuses("claim_wait_seconds", 61, "configuration claim.wait.seconds is 61, want 1 to 60");
        refuses("output_chars", 16_385, "configuration output.chars is 16385, want 1 to 16384");
        refuses("stop_wait_seconds", -1, "configuration stop.wait.seconds is -1, want 0 to 3600");
        refuses("interrupt_grace_seconds", 0, "configuration interrupt.grace.seconds is 0");
        refuses("labels", new String[] {"room"}, "configuration labels has 'room', want key=value");
        refuses("queues", new String[] {"a b"}, "queue is 'a b'");
        refuses("allowed_commands", new String[] {"echo"}, "allowed command is 'echo', want scope:function");
        refuses("denied_commands", new String[] {"exit"}, "denied command is 'exit', want scope:function");
    }
}
