/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.junit.Assert.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.gridbatch.api.ArrayView;
import org.gridbatch.api.JobState;
import org.junit.Test;

public class BarTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private long now = -5;

    private Bar bar(int width) {
        return new Bar(new PrintStream(out, true, StandardCharsets.UTF_8), width, () -> now);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private String printed() {
        String text = out.toString(StandardCharsets.UTF_8);
        out.reset();
        return text;
    }

    @Test
    public void atATerminalOneLineIsDrawnAnewInPlace() {
        Bar bar = bar(80);
        bar.show(new Bar.Tally(100, 0, 0, 4));
        assertEquals("\r\u001b[K[" + ".".repeat(20) + "] 0 %, 0/100, 4 executing", printed());
        pass(Duration.ofSeconds(1));
        bar.show(new Bar.Tally(100, 40, 10, 4));
        assertEquals("\r\u001b[K[########!!..........] 50 %, 50/100, 10 failed, 4 executing, 50/s, 1s left", printed());
        bar.show(new Bar.Tally(100, 40, 10, 4));
        assertEquals("nothing has changed", "", printed());
        pass(Duration.ofSeconds(1));
        bar.end(new Bar.Tally(100, 90, 10, 0));
        assertEquals(
                "\r\u001b[K[##################!!] 100 %, 100/100, 10 failed, in 2s" + System.lineSeparator(),
                printed());
        bar.leave();
        assertEquals("", printed());
    }

    @Test
    public void itIsNeverWiderThanTheTerminal() {
        Bar bar = bar(40);
        bar.show(new Bar.Tally(1_000_000, 0, 0, 64));
        pass(Duration.ofSeconds(1));
        printed();
        bar.show(new Bar.Tally(1_000_000, 123_456, 1_234, 64));
        assertEquals(39, printed().replace("\r\u001b[K", "").length());
    }

    @Test
    public void elsewhereThereIsALineNowAndThen() {
        Bar bar = bar(0);
        bar.show(new Bar.Tally(10, 0, 0, 1));
        assertEquals("0 %, 0/10, 1 executing" + System.lineSeparator(), printed());
        pass(Duration.ofSeconds(9));
        bar.show(new Bar.Tally(10, 1, 0, 1));
        assertEquals("too soon", "", printed());
        pass(Duration.ofSeconds(1));
        bar.show(new Bar.Tally(10, 2, 0, 1));
        assertEquals("20 %, 2/10, 1 executing, 12.0/min, 40s left" + System.lineSeparator(), printed());
        pass(Duration.ofSeconds(50));
        bar.end(new Bar.Tally(10, 10, 0, 0));
        assertEquals("100 %, 10/10, in 1m" + System.lineSeparator(), printed());
    }

    @Test
    public void theRateIsThatOfTheLastHalfMinute() {
        Bar bar = bar(0);
        bar.show(new Bar.Tally(1_000, 0, 0, 0));
        for (int second = 1; second <= 40; second++) {
            pass(Duration.ofSeconds(1));
            bar.show(new Bar.Tally(1_000, second <= 10 ? 50 * second : 500 + second - 10, 0, 0));
        }
        assertEquals("53 %, 530/1000, 1.0/s, 7m 50s left", lastLine());
    }

    private String lastLine() {
        List<String> lines = printed().lines().toList();
        return lines.get(lines.size() - 1);
    }

    @Test
    public void anArrayCountsAsItsItems() {
        ArrayView array = new ArrayView(
                10,
                true,
                false,
                0,
                0,
                Map.of(JobState.COMPLETED, 3, JobState.DISCARDED, 1, JobState.CANCELLED, 1, JobState.EXECUTING, 2));
        assertEquals(
                new Bar.Tally(13, 4, 3, 3),
                Bar.Tally.of(List.of(
                        FakeQueue.view("a", JobState.EXECUTING, "", "", "", array),
                        FakeQueue.view("j1", JobState.COMPLETED),
                        FakeQueue.view("j2", JobState.CANCELLED),
                        FakeQueue.view("j3", JobState.EXECUTING))));
    }
}
