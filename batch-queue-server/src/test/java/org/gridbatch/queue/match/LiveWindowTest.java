/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.match;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.gridbatch.api.Limits;
import org.gridbatch.api.LiveText;
import org.junit.Test;

public class LiveWindowTest {
    private final LiveWindow window = new LiveWindow();

    @Test
    public void piecesAreReadFromAnyPlaceOn() {
        window.add(new LiveText(0, "aä"));
        window.add(new LiveText(3, "€😀"));
        assertEquals(new LiveText(0, "aä€😀"), window.from(0));
        assertEquals(new LiveText(3, "€😀"), window.from(3));
        assertEquals("not in the middle of a character", new LiveText(10, ""), window.from(10));
        assertEquals(new LiveText(6, "😀"), window.from(4));
        assertEquals("nothing yet", new LiveText(99, ""), window.from(99));
    }

    @Test
    public void aPieceThatComesAgainIsKeptOnce() {
        window.add(new LiveText(0, "abc"));
        window.add(new LiveText(0, "abc"));
        window.add(new LiveText(1, "bcde"));
        window.add(new LiveText(2, "c"));
        assertEquals(new LiveText(0, "abcde"), window.from(0));
    }

    @Test
    public void aGapShowsAsALaterOffset() {
        window.add(new LiveText(0, "abc"));
        window.add(new LiveText(10, "k"));
        assertEquals(new LiveText(10, "k"), window.from(3));
        assertEquals(1, window.chars());
    }

    @Test
    public void onlyTheEndIsKeptWhateverThePiecesAreLike() {
        Random random = new Random(1);
        StringBuilder all = new StringBuilder();
        while (all.length() < 400_000) {
            String piece = "é😀x".repeat(1 + random.nextInt(random.nextBoolean() ? 3 : Limits.LIVE / 4));
            window.add(new LiveText(bytes(all.toString()), piece));
            all.append(piece);
            assertTrue(window.chars() <= LiveWindow.CHARS);
        }
        LiveText kept = window.from(0);
        assertEquals(window.chars(), kept.text().length());
        assertTrue("as much as fits", kept.text().length() > LiveWindow.CHARS / 4);
        assertTrue(all.toString().endsWith(kept.text()));
        assertEquals(bytes(all.toString()), kept.end());
        assertFalse(Character.isLowSurrogate(kept.text().charAt(0)));
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
