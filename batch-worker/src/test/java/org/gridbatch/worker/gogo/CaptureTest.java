/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.LiveText;
import org.junit.Test;

public class CaptureTest {
    private static CapturedText capture(int maxChars, int chunk, byte[] bytes) {
        Capture capture = new Capture(maxChars, StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i += chunk) capture.write(bytes, i, Math.min(chunk, bytes.length - i));
        return capture.text();
    }

    @Test
    public void charactersAreWholeWhereverTheChunksEnd() {
        String text = "aä€😀".repeat(50);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int chunk = 1; chunk < 12; chunk++) {
            CapturedText kept = capture(1_000, chunk, bytes);
            assertEquals(text, kept.head());
            assertEquals("", kept.tail());
            assertEquals(bytes.length, kept.bytes());
        }
    }

    @Test
    public void allIsInTheHeadWhenNothingIsLeftOut() {
        String text = "0123456789".repeat(4);
        assertEquals(text, capture(20, 7, text.getBytes(StandardCharsets.UTF_8)).head());
        assertEquals("", capture(20, 7, text.getBytes(StandardCharsets.UTF_8)).tail());
        CapturedText cut = capture(20, 7, (text + "!").getBytes(StandardCharsets.UTF_8));
        assertEquals("01234567890123456789", cut.head());
        assertEquals("1234567890123456789!", cut.tail());
    }

    @Test
    public void noPairIsCutInHalf() {
        for (int shift = 0; shift < 4; shift++) {
            String text = "x".repeat(shift) + "😀".repeat(100);
            CapturedText kept = capture(21, 3, text.getBytes(StandardCharsets.UTF_8));
            assertTrue(text.startsWith(kept.head()));
            assertTrue(text.endsWith(kept.tail()));
            assertFalse(Character.isHighSurrogate(kept.head().charAt(kept.head().length() - 1)));
            assertFalse(Character.isLowSurrogate(kept.tail().charAt(0)));
        }
    }

    @Test
    public void garbageIsReplacedAndCounted() {
        byte[] garbage = new byte[100_000];
        new Random(1).nextBytes(garbage);
        CapturedText kept = capture(100, 13, garbage);
        assertEquals(garbage.length, kept.bytes());
        assertEquals(
                "ok\uFFFD", capture(10, 1, new byte[] {'o', 'k', (byte) 0xE2}).head());
    }

    private static String follow(Capture capture, int most) {
        StringBuilder followed = new StringBuilder();
        long offset = 0;
        while (true) {
            LiveText piece = capture.from(offset, most);
            if (piece.text().isEmpty()) return followed.toString();
            if (piece.offset() > offset) followed.append('|');
            followed.append(piece.text());
            offset = piece.end();
        }
    }

    @Test
    public void whoFollowsGetsEveryCharacterOnceWhateverThePieces() {
        String text = "aä€😀".repeat(50);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int size = 130; size < 140; size++) {
            Capture all = new Capture(size, StandardCharsets.UTF_8);
            all.write(bytes, 0, bytes.length);
            for (int most = 2; most < 9; most++) assertEquals(text, follow(all, most));
        }
        Capture growing = new Capture(300, StandardCharsets.UTF_8);
        long offset = 0;
        StringBuilder followed = new StringBuilder();
        for (byte one : bytes) {
            growing.write(one);
            LiveText piece = growing.from(offset, 100);
            assertEquals(offset, piece.offset());
            followed.append(piece.text());
            offset = piece.end();
        }
        assertEquals(text, followed.toString());
        assertEquals(bytes.length, offset);
    }

    @Test
    public void whoFollowsTooSlowlyHearsWhatIsMissing() {
        for (int head = 20; head < 24; head++) {
            String text = "€😀".repeat(1_000);
            Capture capture = new Capture(head, StandardCharsets.UTF_8);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            capture.write(bytes, 0, bytes.length);
            for (int most = 2; most < 9; most++) {
                String[] parts = follow(capture, most).split("\\|");
                assertEquals(2, parts.length);
                assertTrue(text.startsWith(parts[0]));
                assertTrue(text.endsWith(parts[1]));
                assertTrue(parts[0].length() >= head - 1 && parts[1].length() >= head - 1);
            }
            assertEquals("", capture.from(bytes.length, 100).text());
            assertEquals(bytes.length, capture.from(bytes.length - 4, 100).end());
        }
    }
}
