/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Runs the benchmark, as short as it gets: each workload runs, and counts what it says. */
public class BenchIT {
    /** It takes some seconds on a machine that has nothing else to do, and it starts nine JVMs. */
    private static final int LIMIT_SECONDS = 240;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void everyWorkloadCountsSomethingInProcess() throws Exception {
        JsonNode report = bench("--in-process");
        assertEquals(Set.of("W1", "W2", "W3", "W4", "W5"), values(report, "workload"));
        assertEquals(Set.of("in-process"), values(report, "target"));
    }

    @Test
    public void everyWorkloadCountsSomethingOverRemoteServices() throws Exception {
        JsonNode report = bench("--rsa");
        assertEquals(Set.of("W1", "W2", "W3", "W4", "W5"), values(report, "workload"));
        assertEquals(Set.of("over RSA"), values(report, "target"));
        assertTrue(
                "a real worker ran scripts: " + values(report, "how"),
                values(report, "how").contains("end to end, no-op script"));
    }

    /** The driver itself compares its counts with the server's, and ends with a failure if they differ. */
    private JsonNode bench(String where) throws Exception {
        Path home = folder.newFolder("home").toPath();
        Path data = folder.newFolder("data").toPath();
        Path json = folder.getRoot().toPath().resolve("figures.json");
        // The quick compiler: nothing runs long enough to be worth the other one.
        Batch batch = new Batch(home)
                .with("GRIDBATCH_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.home=" + home);
        List<String> words = List.of("bench", where, "--seconds", "0.1", "--runs", "1", "--jobs", "200");
        Process process = batch.start(
                Stream.concat(words.stream(), Stream.of("--data", data.toString(), "--json", json.toString()))
                        .toArray(String[]::new));
        Batch.Collector out = new Batch.Collector(process.getInputStream());
        Batch.Collector errors = new Batch.Collector(process.getErrorStream());
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroy();
            throw new AssertionError("no end within " + LIMIT_SECONDS + " s: " + errors.text());
        }
        assertEquals(errors.text(), 0, process.exitValue());
        assertTrue(out.text(), out.text().contains("raw 1 / 16 / 64"));
        try (Stream<Path> left = Files.list(data)) {
            assertEquals("nothing is left behind", 0, left.count());
        }
        JsonNode report = new JsonMapper().readTree(json.toFile());
        for (JsonNode figure : report.get("figures")) {
            boolean mayBeNothing = figure.get("how").asText().startsWith("end to end, no-op script: ");
            assertTrue(figure.toString(), figure.get("median").asDouble() > 0 || mayBeNothing);
            assertTrue(figure.toString(), figure.get("raw").get("sixtyFour").asDouble() > 0);
        }
        return report;
    }

    private static Set<String> values(JsonNode report, String field) {
        Set<String> values = new TreeSet<>();
        report.get("figures").forEach(figure -> values.add(figure.get(field).asText()));
        return values;
    }
}
