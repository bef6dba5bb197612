/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.gridbatch.api.JobSpec;
import org.gridbatch.bench.Orders.Part;
import org.junit.Test;

public class JobsTest {
    @Test
    public void everyJobHasOneKibibyteAndItsNumber() {
        Jobs jobs = new Jobs("mail");
        List<JobSpec> made = jobs.jobs(300);
        for (int i = 0; i < made.size(); i++) {
            assertEquals(1_024, made.get(i).script().getBytes(StandardCharsets.UTF_8).length);
            assertEquals(i, Jobs.number(made.get(i)));
            assertEquals("mail", made.get(i).queue());
        }
        assertEquals(300, jobs.made());
        assertNotEquals(made.get(0).jobId(), made.get(1).jobId());
    }

    @Test
    public void ordersCrossTheCommandLine() {
        Orders orders = new Orders(
                Orders.OVER_RSA,
                Part.FILL,
                EnumSet.of(Workload.W1, Workload.W5),
                Path.of("/home=1"),
                Path.of("/driver"),
                Path.of("/data dir"),
                0.5,
                3,
                1_000,
                true,
                "127.0.0.1:2181",
                42,
                7,
                "");
        assertEquals(orders, Orders.of(orders.arguments().toArray(new String[0])));
    }

    @Test
    public void figuresCrossThePipeBetweenTheProcesses() {
        Figure figure = new Figure("W1", "over RSA", "1 caller", "jobs/s", List.of(1.5, 2.5), 1, new Raw(1, 2, 3));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Line.print(new PrintStream(bytes, true, StandardCharsets.UTF_8), Line.FIGURE, figure);
        Line line = Line.parse(bytes.toString(StandardCharsets.UTF_8).strip());
        assertEquals(Line.FIGURE, line.word());
        assertEquals(figure, line.as(Figure.class));
        assertNull(Line.parse("what somebody else printed"));
    }

    @Test
    public void optionsSayWhatIsWrong() {
        BenchException e = assertThrows(
                BenchException.class,
                () -> new Options(
                        Path.of("/"), null, EnumSet.of(Workload.W1), true, true, 0, 3, 1_000, false, null, null));
        assertEquals("--seconds is 0.0, want 0.1 to 600", e.getMessage());
    }
}
