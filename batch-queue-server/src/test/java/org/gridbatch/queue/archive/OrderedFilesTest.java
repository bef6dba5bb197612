/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.gridbatch.api.JobSpec;
import org.h2.util.OsgiDataSourceFactory;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Cuts the power while H2 writes a history, and reads what is left. */
public class OrderedFilesTest {
    private static final int BATCHES = 40;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final List<Cut> cuts = Collections.synchronizedList(new ArrayList<>());
    private volatile int written;

    /** What was left when so many jobs had certainly been written. */
    private record Cut(byte[] left, int written) {}

    @Test
    public void theHistoryIsWholeWhateverAPowerFailureLeaves() throws Exception {
        long seed = System.nanoTime();
        for (int run = 0; run < Integer.getInteger("powercut.runs", 1); run++) {
            write("jdbc:h2:gridbatch:" + PowerCutFiles.SCHEME + ":", seed + run);
            for (Cut cut : cuts) assertEquals("seed " + (seed + run), "", lost(cut));
        }
        assertTrue("the power was cut: " + cuts.size(), cuts.size() > 20);
    }

    @Test
    public void withoutTheOrderOfWritesItIsNot() throws Exception {
        String found = "";
        for (int run = 0; run < 20 && found.isEmpty(); run++) {
            write("jdbc:h2:" + PowerCutFiles.SCHEME + ":", run);
            for (Cut cut : cuts) {
                if (found.isEmpty()) found = lost(cut);
            }
        }
        assertNotEquals("within 20 runs", "", found);
    }

    @Test
    public void plainFilesBecomeOrderedOnesAndNothingElseDoes() {
        assertEquals("jdbc:h2:gridbatch:/var/x;A=B", OrderedFiles.url("jdbc:h2:file:/var/x;A=B"));
        assertEquals("jdbc:h2:gridbatch:~/x", OrderedFiles.url("jdbc:h2:~/x"));
        assertEquals("jdbc:h2:gridbatch:C:/x", OrderedFiles.url("jdbc:h2:file:C:/x"));
        for (String other : List.of("jdbc:h2:mem:x", "jdbc:h2:tcp://localhost/x", "jdbc:h2:split:/x")) {
            assertEquals(other, OrderedFiles.url(other));
        }
    }

    private void write(String prefix, long seed) throws Exception {
        cuts.clear();
        written = 0;
        Random random = new Random(seed);
        OrderedFiles.register();
        PowerCutFiles.register(() -> {
            // What came before the database was made and forced is made again.
            if (written > 0 && random.nextInt(6) == 0) cut(random);
        });
        Finals finals = new Finals();
        try (JdbcArchive archive = at(prefix + folder.newFolder().toPath().resolve("history"))) {
            archive.open("grid");
            for (int batch = 0; batch < BATCHES; batch++) {
                int jobs = 1 + random.nextInt(30);
                for (int i = 0; i < jobs; i++) {
                    JobSpec job = JobSpec.script("echo " + "x".repeat(random.nextInt(3_000)))
                            .jobId("job-" + (written + i))
                            .build();
                    finals.completed(job, "out");
                }
                finals.archiveTo(archive);
                written += jobs;
            }
        }
    }

    private void cut(Random random) {
        try {
            int sure = written;
            cuts.add(new Cut(PowerCutFiles.left(random), sure));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What of the history is missing or damaged; empty if nothing is. */
    private String lost(Cut cut) throws IOException {
        Path left = folder.newFolder().toPath();
        Files.write(left.resolve("history.mv.db"), cut.left());
        try (JdbcArchive archive = at("jdbc:h2:" + left.resolve("history"))) {
            archive.open("grid");
            for (int i = 0; i < cut.written(); i++) {
                String id = "job-" + i;
                if (archive.get(id).isEmpty()) return id + " of " + cut.written() + " is gone";
            }
            return "";
        } catch (ArchiveException | RuntimeException e) {
            return e.toString();
        }
    }

    private static JdbcArchive at(String url) {
        return new JdbcArchive(
                new ArchiveSettings(url, "gridbatch", "", 3, Duration.ofDays(90), 1_000_000),
                (driver, properties) -> new OsgiDataSourceFactory(new org.h2.Driver()).createDataSource(properties));
    }
}
