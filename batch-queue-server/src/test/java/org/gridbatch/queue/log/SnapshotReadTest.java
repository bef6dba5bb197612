/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.gridbatch.api.JobSpec;
import org.gridbatch.queue.core.Command;
import org.gridbatch.queue.core.Image;
import org.gridbatch.queue.core.QueueMachine;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class SnapshotReadTest {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final Random random = new Random(1);

    @Test
    public void jobsOfAllSizesComeBackInTheirOrder() throws Exception {
        Image image = image(3_000);
        byte[] bytes = bytes(image);
        assertEquals(image, ImageCodec.read(new ByteArrayInputStream(bytes)));
        ByteArrayInputStream dripping = new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] into, int from, int length) {
                return super.read(into, from, Math.min(length, 1 + random.nextInt(10_000)));
            }
        };
        assertEquals(image, ImageCodec.read(dripping));
    }

    @Test
    public void damageFarInsideIsFound() throws Exception {
        byte[] bytes = bytes(image(500));
        for (int i = 0; i < 50; i++) {
            int at = random.nextInt(bytes.length);
            bytes[at] ^= 4;
            assertThrows("byte " + at, IOException.class, () -> ImageCodec.read(new ByteArrayInputStream(bytes)));
            bytes[at] ^= 4;
        }
    }

    @Test
    public void aFileIsReadAheadAndDigestedWhole() throws Exception {
        byte[] bytes = new byte[10_000_001];
        random.nextBytes(bytes);
        Path file = Files.write(folder.newFile().toPath(), bytes);
        MessageDigest md5 = MessageDigest.getInstance("MD5");
        try (ReadAhead in = new ReadAhead(file, md5)) {
            assertEquals(bytes[0] & 0xFF, in.read());
            byte[] rest = in.readAllBytes();
            assertEquals(-1, in.read());
            assertEquals(bytes.length - 1, rest.length);
            assertEquals(bytes[bytes.length - 1], rest[rest.length - 1]);
        }
        assertArrayEquals(MessageDigest.getInstance("MD5").digest(bytes), md5.digest());
    }

    @Test
    public void aFileThatCannotBeReadIsNamed() throws Exception {
        Path missing = folder.getRoot().toPath().resolve("missing");
        try (ReadAhead in = new ReadAhead(missing, MessageDigest.getInstance("MD5"))) {
            IOException e = assertThrows(IOException.class, in::read);
            assertThat(e.getMessage(), containsString("missing"));
        }
    }

    @Test
    public void whoeverStopsReadingLeavesNoThread() throws Exception {
        Path file = Files.write(folder.newFile().toPath(), new byte[20_000_000]);
        try (ReadAhead in = new ReadAhead(file, MessageDigest.getInstance("MD5"))) {
            assertEquals(0, in.read());
        }
        Awaitility.await("the thread has ended")
                .atMost(Duration.ofSeconds(10))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("queue-server read-ahead")));
    }

    private Image image(int jobs) {
        QueueMachine machine = new QueueMachine();
        List<JobSpec> specs = new ArrayList<>();
        for (int i = 0; i < jobs; i++) {
            int length = i % 500 == 7 ? 700_000 : random.nextInt(2_000);
            specs.add(JobSpec.script("echo " + i + "x".repeat(length))
                    .jobId("job-" + i)
                    .build());
        }
        machine.apply(new Command.Submit(specs, Command.Room.AMPLE), Instant.ofEpochMilli(1));
        return machine.image();
    }

    private static byte[] bytes(Image image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageCodec.write(image, out);
        return out.toByteArray();
    }
}
