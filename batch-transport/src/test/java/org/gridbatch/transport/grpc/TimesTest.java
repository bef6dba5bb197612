/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import java.time.Duration;
import java.util.List;
import org.junit.Test;

public class TimesTest {
    @Test
    public void wholeSecondsAreReadAsTheJdkReadsThem() {
        for (String text : List.of("PT0S", "PT1S", "PT59S", "PT007S", "PT999999999S")) {
            assertEquals(text, Duration.parse(text), Times.wholeSeconds(text));
        }
    }

    @Test
    public void allOtherTextsAreLeftToTheJdk() {
        for (String text : List.of(
                "",
                "P",
                "PT",
                "PTS",
                "PT-1S",
                "PT+1S",
                "PT1.5S",
                "PT1M",
                "PT1M1S",
                "P1D",
                "pt1s",
                "PT1000000000S",
                "PT\u0663S",
                "xT1S",
                "PT1SS")) {
            assertNull(text, Times.wholeSeconds(text));
        }
    }
}
