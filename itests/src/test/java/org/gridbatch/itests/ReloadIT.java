/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/** A worker gets other settings while its scripts run, in the way in which an operator gives them to it. */
public class ReloadIT {
    private static final String WORKER = "worker-1";

    @Rule(order = 0)
    public final Grid grid = new Grid();

    @Rule(order = 1)
    public final Timeout limit = Timeout.seconds(150);

    @Test
    public void aWorkerTakesOtherSettingsWhileItsScriptsRun() throws Exception {
        configure("\"slots\": 1, \"queues\": [\"mail\"], \"interrupt.grace.seconds\": 2");
        grid.start("server", "server", "--with-zookeeper");
        grid.start("worker", WORKER, "--config", file().toString());
        grid.awaitUp("server", WORKER);
        CommandBundle.start(grid, WORKER, "site", 0, "hold");
        Path end = grid.home().resolve("end");
        String holds = grid.push("site:hold " + end, "-q", "mail");
        grid.awaitJob(holds, "executing");

        // More slots.
        String second = grid.push("echo second", "-q", "mail");
        awaitWhy(second, "all 1 slots that could run it are busy");
        configure("\"slots\": 2, \"queues\": [\"mail\"]");
        Batch.Result reloaded = grid.batch("reload", WORKER);
        assertEquals("changed: org.gridbatch.worker\n", reloaded.ok());
        grid.awaitCompleted(List.of(second));
        assertEquals("nothing has changed", reload());

        // Other queues.
        String other = grid.push("echo other", "-q", "deploy");
        awaitWhy(other, "serve");
        configure("\"slots\": 2, \"queues\": [\"mail\", \"deploy\"]");
        assertChanged();
        grid.awaitCompleted(List.of(other));

        // Only some jobs of them, and what the file does not say any more is as by default.
        configure("\"slots\": 2, \"accepts\": \"(tenant=acme)\"");
        assertChanged();
        String foreign = grid.push("echo foreign", "--tenant", "other");
        grid.awaitCompleted(List.of(grid.push("echo ours", "--tenant", "acme")));
        awaitWhy(foreign, "accept");

        // Other commands.
        configure("\"slots\": 2, \"denied.commands\": [\"gogo:date\"]");
        assertChanged();
        grid.awaitCompleted(List.of(foreign));
        String denied = grid.push("date");
        awaitWhy(denied, "no worker offers date");
        String tried = grid.push("date", "--no-needs", "--max-attempts", "1");
        String job = grid.awaitJob(tried, "discarded");
        assertTrue(job, job.contains("command gogo:date is denied to jobs on this node"));

        refusals();

        configure("\"slots\": 2");
        assertChanged();
        grid.awaitCompleted(List.of(denied));
        // What executed all the time still does.
        grid.awaitJob(holds, "executing");
        Files.createFile(end);
        grid.awaitCompleted(List.of(holds));
        assertTrue(grid.quick("job", holds).ok().matches("(?s).*attempt +1 of 5\\n.*"));
    }

    /** What is wrong is said, and what held before holds on. */
    private void refusals() throws IOException {
        Files.writeString(file(), "{\"org.gridbatch.worker\": ");
        Batch.Result refused = grid.batch("reload", WORKER);
        assertEquals(1, refused.status());
        assertTrue(refused.err(), refused.err().contains("is no JSON: line 1"));
        configure("\"slot\": 3");
        String unknown = grid.line(WORKER, "node:reload").err();
        assertTrue(unknown, unknown.contains("'slot' is no key of org.gridbatch.worker: want one of "));

        configure("\"slots\": 500, \"denied.commands\": [\"gogo:date\"]");
        assertChanged();
        Batch.awaitTrue(
                "the log says what is wrong",
                10,
                () -> grid.node(WORKER).printed("configuration slots is 500, want 1 to 256"));
        grid.awaitCompleted(List.of(grid.push("echo goes on")));
        String workers = grid.quick("workers").ok();
        assertTrue(workers, workers.contains("1/2"));

        String none = grid.line("server", "node:reload").err();
        assertTrue(none, none.contains("this node was started without --config"));
    }

    private Path file() {
        return grid.home().resolve("worker.json");
    }

    private void configure(String properties) throws IOException {
        Files.writeString(file(), "{\"org.gridbatch.worker\": {" + properties + "}}");
    }

    private void assertChanged() throws IOException {
        assertEquals("changed: org.gridbatch.worker", reload());
    }

    private String reload() throws IOException {
        return grid.line(WORKER, "node:reload").ok().strip();
    }

    private void awaitWhy(String id, String text) {
        Batch.awaitTrue("job " + id + " waits because: " + text, 10, () -> {
            String why = grid.quick("why", id).ok();
            return why.contains(text);
        });
    }
}
