/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.time.Duration;
import org.junit.Test;

public class DurationsTest {
    @Test
    public void allUnitsAndIsoAreRead() {
        assertEquals(Duration.ofMillis(500), Durations.parse("500ms"));
        assertEquals(Duration.ofSeconds(90), Durations.parse("90s"));
        assertEquals(Duration.ofMinutes(5), Durations.parse("5m"));
        assertEquals(Duration.ofHours(2), Durations.parse("2h"));
        assertEquals(Duration.ofDays(1), Durations.parse("1d"));
        assertEquals(Duration.ofMinutes(5), Durations.parse("PT5M"));
        assertEquals(Duration.ZERO, Durations.parse("0s"));
        assertEquals(Duration.ofSeconds(5), Durations.parse(" 5s "));
    }

    @Test
    public void whatIsNoDurationIsRefusedWithExamples() {
        for (String text :
                new String[] {"", "5", "m", "-5m", "5 m", "999999999999m", "1.5h", "PT-5M", "5M", "12345678901d"}) {
            assertEquals(
                    "'" + text + "' is no duration, want one like 500ms, 90s, 5m, 2h, 1d or PT5M",
                    assertThrows(text, IllegalArgumentException.class, () -> Durations.parse(text))
                            .getMessage());
        }
    }

    @Test
    public void theTwoLargestUnitsAreWritten() {
        assertEquals("0ms", Durations.format(Duration.ZERO));
        assertEquals("30ms", Durations.format(Duration.ofMillis(30)));
        assertEquals("1.2s", Durations.format(Duration.ofMillis(1_234)));
        assertEquals("12s", Durations.format(Duration.ofMillis(12_345)));
        assertEquals("5m", Durations.format(Duration.ofMinutes(5)));
        assertEquals("5m 3s", Durations.format(Duration.ofSeconds(303)));
        assertEquals("2h 1m", Durations.format(Duration.ofMinutes(121)));
        assertEquals("3d", Durations.format(Duration.ofDays(3)));
    }
}
