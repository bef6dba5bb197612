/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.gridbatch.shell.FakeQueue.attempt;
import static org.gridbatch.shell.FakeQueue.view;
import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.startsWith;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gridbatch.api.AttemptOutcome;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Progress;
import org.gridbatch.api.WorkerView;
import org.junit.Rule;
import org.junit.Test;

/** What commands print with --json. */
public class JsonTest {
    @Rule
    public final ShellFixture shell = new ShellFixture();

    private final ObjectMapper mapper = new ObjectMapper();

    @Test
    public void aListIsAnObjectALineWithoutWhatIsNotSet() throws Exception {
        shell.queue.put(view("j1", JobState.AVAILABLE), "x");
        shell.queue.put(view("j2", JobState.COMPLETED), "x");

        assertEquals("""
                {"jobId":"j1","queue":"default","state":"available","attempt":0,"maxAttempts":5,"rescues":0,\
                "submittedAt":"2030-01-31T17:58:30Z","scheduledAt":"2030-01-31T18:00:00Z"}
                {"jobId":"j2","queue":"default","state":"completed","attempt":0,"maxAttempts":5,"rescues":0,\
                "submittedAt":"2030-01-31T17:58:30Z","scheduledAt":"2030-01-31T18:00:00Z",\
                "finalAt":"2030-01-31T18:00:00Z"}""", shell.shown("jobs --json"));
        assertNull("no rows are no lines", shell.execute("jobs --json --queue none"));
    }

    @Test
    public void aJobHasTheSameShapeWhetherItExecutesOrNot() throws Exception {
        shell.queue.put(view("j1", JobState.EXECUTING), "x", attempt(1, AttemptOutcome.EXECUTING, "", "", ""));
        JsonNode quiet = json("job j1 --json");
        shell.queue.tells("j1", 1, new Progress(5, 10, "shop 42"), "", "");
        JsonNode telling = json("job j1 --json");

        assertEquals("PT5S", quiet.at("/spec/backoff/first").asText());
        assertEquals("executing", quiet.at("/attempts/0/outcome").asText());
        assertEquals(quiet.get("spec"), telling.get("spec"));
        assertFalse(quiet.has("live"));
        assertEquals(5, telling.at("/live/progress/done").asInt());
        assertEquals("42", telling.at("/live/notes/shop").asText());
    }

    @Test
    public void mapsAreObjectsWithTheirKeysInOrder() throws Exception {
        shell.queue.workers.add(new WorkerView(
                "w1",
                4,
                List.of("j1"),
                List.of(),
                "",
                Map.of("os", "linux", "cpus", "8"),
                12,
                true,
                Duration.ofMillis(1_500)));

        assertEquals(
                "{\"worker\":\"w1\",\"slots\":4,\"jobIds\":[\"j1\"],\"labels\":{\"cpus\":\"8\",\"os\":\"linux\"},"
                        + "\"commands\":12,\"drained\":true,\"lastHeard\":\"PT1.5S\"}",
                shell.shown("workers --json"));
        shell.execute("push x --id j1");
        assertEquals(1, json("status --json").at("/counts/available").asInt());
    }

    @Test
    public void whatIsPrintedIsOneLineWhateverItsText() throws Exception {
        shell.queue.put(
                view("j1", JobState.COMPLETED),
                "x",
                attempt(1, AttemptOutcome.COMPLETED, "", "one\ntwo \u00e4\"\u001b", ""));
        assertEquals("{\"out\":\"one\\ntwo \u00e4\\\"\\u001B\"}", shell.shown("log j1 --json"));
        assertEquals("\"2030-01-31T19:00:00Z\"", shell.shown("cron next @hourly --json"));
    }

    @Test
    public void whereTheListGoesOnIsSaidOnStandardError() throws Exception {
        for (int i = 0; i < 5; i++) shell.execute("push x --id j" + i);
        shell.session.put("COLUMNS", 80);
        assertEquals(2, shell.shown("jobs -n 2 --json").lines().count());
        assertEquals("more: --after j1\n", shell.printed());
    }

    @Test
    public void everyCommandHasItButThoseThatReturnNoData() throws Exception {
        Set<String> without = Set.of("help", "export");
        for (String name : ShellComponent.commands().keySet()) {
            boolean has = shell.shown(name + " --help").contains("--json");
            assertTrue(name + (has ? " has it" : " has it not"), has != without.contains(name));
        }
    }

    @Test
    public void aPulledJobIsShownSoAndStillTheJob() throws Exception {
        shell.execute("push 'give done' --id j1");
        String shown = shell.shown("j = (pull --json)");
        assertThat(shown, startsWith("{\"jobId\":\"j1\",\"state\":\"held\",\"attempt\":1,\"leaseId\":1,"));
        assertEquals("give done", mapper.readTree(shown).at("/spec/script").asText());
        assertEquals("done", shell.execute("$j run"));
    }

    @Test
    public void theValueOfAScriptIsWrittenAfterWhatItPrints() throws Exception {
        shell.execute("push x --id j1");
        assertThat(shell.shown("exec --json 'say hi ; batch:jobs'"), startsWith("{\"jobId\":\"j1\""));
        assertEquals("hi\n", shell.printed());
        assertEquals("[1,2]", shell.shown("exec --json '[[1 2]]'").replace("\"", ""));
        assertEquals("the script's own", "--json", shell.execute("exec 'give $1' --json"));
    }

    @Test
    public void aScriptGetsItAsText() throws Exception {
        shell.execute("push x --id j1");
        assertThat((String) shell.execute("jobs --json | slurp"), containsString("{\"jobId\":\"j1\""));
    }

    private JsonNode json(String line) throws Exception {
        return mapper.readTree(shell.shown(line));
    }
}
