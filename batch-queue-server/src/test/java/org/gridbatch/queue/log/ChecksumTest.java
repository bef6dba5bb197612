/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.Checksum;
import org.apache.ratis.util.JavaUtils;
import org.apache.ratis.util.PureJavaCrc32C;
import org.junit.Test;

public class ChecksumTest {
    @Test
    public void itIsTheOneThatRatisComputes() throws Exception {
        URL ratis = JavaUtils.class.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {ratis}, null)) {
            Class<?> theirs = loader.loadClass(PureJavaCrc32C.class.getName());
            assertNotEquals("ours stands before it", theirs, PureJavaCrc32C.class);
            Random random = new Random(7);
            for (int i = 0; i < 1_000; i++) {
                byte[] bytes = new byte[3 + random.nextInt(200)];
                random.nextBytes(bytes);
                assertEquals(
                        valueOf((Checksum) theirs.getConstructor().newInstance(), bytes),
                        valueOf(new PureJavaCrc32C(), bytes));
            }
        }
    }

    /** By each of the ways to feed it. */
    private static long valueOf(Checksum checksum, byte[] bytes) {
        checksum.update(1);
        checksum.reset();
        checksum.update(bytes, 1, bytes.length - 2);
        checksum.update(bytes[0]);
        checksum.update(ByteBuffer.wrap(bytes));
        return checksum.getValue();
    }
}
