/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gridbatch.api.LiveText;
import org.junit.Test;

/** Scripts that print far more than there is memory, in a process with a small heap. */
public class FloodTest {
    private static final String HEAP = "-Xmx32m";
    private static final int MEBIBYTES = 64;
    private static final int LINES = 4_000;
    /** Each statement leaves some 50 KiB in Gogo until the loop ends, unless somebody forgets it. */
    private static final String LOOPS = "many = (test:numbers " + LINES + "); each $many { echo x }";

    @Test
    public void whateverAScriptPrintsItFitsIntoASmallHeapAndEnds() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FloodTest.class.getName())
                .redirectErrorStream(true)
                .start();
        try {
            process.getOutputStream().close();
            String said = text(process.getInputStream());
            assertTrue(said, process.waitFor(60, TimeUnit.SECONDS));
            assertEquals(said, 0, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }

    private static String text(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    /** The process with the small heap. */
    public static void main(String[] arguments) throws Throwable {
        Gogo gogo = new Gogo();
        gogo.before();
        for (String script : List.of("test:flood " + MEBIBYTES, "test:flood " + MEBIBYTES + " | cat")) {
            ScriptResult result = followed(gogo, script);
            check(
                    result.out().bytes() == (long) MEBIBYTES << 20,
                    "stdout: " + result.out().bytes());
            check(
                    result.err().bytes() == (long) MEBIBYTES << 20,
                    "stderr: " + result.err().bytes());
        }
        ScriptResult loops = followed(gogo, LOOPS);
        check(loops.out().bytes() == 2 * LINES, "lines: " + loops.out().bytes());
        System.exit(0);
    }

    private static ScriptResult followed(Gogo gogo, String script) throws Exception {
        ScriptRun run = gogo.runner.start(Script.of(script));
        long out = 0;
        long err = 0;
        while (!run.result().toCompletableFuture().isDone()) {
            out = follow(out, run.out(out, 8_192));
            err = follow(err, run.err(err, 8_192));
            Thread.sleep(5);
        }
        check(out > 0, "nothing could be followed");
        ScriptResult result = run.result().toCompletableFuture().get(1, TimeUnit.SECONDS);
        check(result.outcome() == ScriptOutcome.COMPLETED, result.error());
        return result;
    }

    private static long follow(long offset, LiveText piece) {
        check(piece.offset() >= offset, "a piece at " + piece.offset() + " after " + offset);
        return piece.end();
    }

    private static void check(boolean good, String otherwise) {
        if (!good) throw new AssertionError(otherwise);
    }
}
