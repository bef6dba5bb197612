/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.Test;

public class TimingTest {
    private static final Raw RAW = new Raw(100, 200, 400);

    @Test
    public void aPercentileIsTheLeastTimeThatSoManyDidNotExceed() {
        Timing timing = new Timing(
                100, 2, LongStream.rangeClosed(1, 100).map(i -> i * 1_000_000).toArray());
        assertEquals(50, timing.perSecond(), 0);
        assertEquals(50, timing.millis(50), 0);
        assertEquals(99, timing.millis(99), 0);
        assertEquals(100, timing.millis(100), 0);
        assertEquals(1, timing.millis(0), 0);
    }

    @Test
    public void aLoopCountsEveryTurnOfEveryCallerOnce() throws Exception {
        AtomicInteger turns = new AtomicInteger();
        Timing timing = ClosedLoop.run(3, Duration.ofMillis(50), caller -> () -> {
            Thread.sleep(1);
            return turns.incrementAndGet() > 0 ? 2 : 0;
        });
        assertTrue(turns.get() > 3);
        assertEquals(2L * turns.get(), timing.count());
        assertTrue("each turn slept a millisecond", timing.millis(0) >= 1);
    }

    @Test(timeout = 30_000)
    public void whatACallerThrowsEndsTheLoopForAll() {
        AtomicInteger turns = new AtomicInteger();
        assertThrows(
                IOException.class,
                () -> ClosedLoop.run(2, Duration.ofSeconds(60), caller -> () -> {
                    if (turns.incrementAndGet() == 10) throw new IOException("the tenth");
                    return 1;
                }));
    }

    @Test
    public void theShareIsOfTheRawRateOfAsManyCallers() {
        Figure figure = new Figure("W1", "in-process", "16 callers", "jobs/s", List.of(10.0, 30.0, 20.0), 16, RAW);
        assertEquals(20, figure.median(), 0);
        assertEquals(0.1, figure.share(), 1e-9);
        assertEquals(10, figure.least(), 0);
        assertEquals(30, figure.most(), 0);
    }

    @Test
    public void aLatencyHasNoShare() {
        Figure figure = new Figure("W4", "in-process", "parked", "p50 ms", List.of(10.0, 30.0), 0, RAW);
        assertEquals(20, figure.median(), 0);
        assertFalse(figure.share() > 0);
    }

    @Test
    public void aRateOfNothingIsAnErrorAndNoFigure() throws Exception {
        java.nio.file.Path directory = java.nio.file.Files.createTempDirectory("bench-test-");
        try {
            Figures figures = new Figures(Workload.W1, "in-process", directory, Duration.ofMillis(20));
            assertThrows(IllegalStateException.class, () -> figures.add("1 caller", "jobs/s", 1, 0));
            assertThrows(IllegalStateException.class, () -> figures.add("1 caller", "jobs/s", 1, Double.NaN));
            figures.add("1 caller", "jobs/s", 1, 5);
            figures.handOn(figure -> {
                assertEquals(List.of(5.0), figure.runs());
                assertTrue(figure.raw().one() > 0);
                assertTrue(figure.raw().sixteen() > 0);
                assertTrue(figure.raw().sixtyFour() > 0);
            });
        } finally {
            java.nio.file.Files.delete(directory);
        }
    }
}
