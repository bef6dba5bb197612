/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.Dependency;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Limits;
import org.gridbatch.queue.log.ImageCodec;
import org.junit.Test;

/** What a queue refuses because it holds as much as it may. */
public class BoundsTest {
    private static final int PIECE = Limits.ITEMS_OF_CALL;

    private final QueueMachine machine = new QueueMachine();
    private final Instant now = Instant.parse("2026-01-01T00:00:00Z");

    private Result given(Command command) {
        return machine.apply(command, now);
    }

    private Result submit(Command.Room room, JobSpec.Builder job) {
        return given(new Command.Submit(List.of(job.build()), room));
    }

    private void accepted(Command.Room room, JobSpec.Builder job) {
        Result result = submit(room, job);
        assertTrue(result.toString(), result instanceof Result.Accepted);
    }

    private static String refusal(Result result) {
        assertTrue(result.toString(), result instanceof Result.Refused);
        assertEquals(Result.Refusal.LIMIT, ((Result.Refused) result).refusal());
        return ((Result.Refused) result).message();
    }

    private static JobSpec.Builder job(String id) {
        return JobSpec.script("x").jobId(id);
    }

    @Test
    public void tenantsWhoseJobsWaitAreBounded() {
        Command.Room room = new Command.Room(100, 100, Long.MAX_VALUE, 2, 100, 100, 100);
        accepted(room, job("job-1").tenant("a"));
        accepted(room, job("job-2").tenant("b"));
        accepted(room, job("job-3").tenant("b"));
        assertEquals(
                "jobs of 2 tenants wait, and may be of 2",
                refusal(submit(room, job("job-4").tenant("c"))));
        given(new Command.Cancel(List.of("job-1"), ""));
        accepted(room, job("job-4").tenant("c"));
    }

    @Test
    public void kindsOfJobsAreBounded() {
        Command.Room room = new Command.Room(100, 100, Long.MAX_VALUE, 100, 2, 100, 100);
        accepted(room, job("job-1").queue("a"));
        accepted(room, job("job-2").queue("b"));
        assertEquals(
                "the jobs that are not final have 2 different combinations of queue, limit key and placement, and may"
                        + " have 2",
                refusal(submit(room, job("job-3").queue("c"))));
        assertNull(machine.job("job-3"));
    }

    @Test
    public void jobsThatWaitForOneAreBounded() {
        Command.Room room = new Command.Room(100, 100, Long.MAX_VALUE, 100, 100, 1, 100);
        accepted(room, job("parent"));
        accepted(room, job("job-1").after(List.of(Dependency.completed("parent"))));
        assertEquals(
                "1 jobs wait for job parent, and 1 may",
                refusal(submit(room, job("job-2").after(List.of(Dependency.completed("parent"))))));
    }

    @Test
    public void anArrayHasAMillionItemsAndNoMore() throws IOException {
        ArraySpec spec = ArraySpec.of(job("array").build());
        assertTrue(given(new Command.OpenArray(spec, Items.NONE, Command.Room.AMPLE)) instanceof Result.Accepted);
        for (int from = 0; from < Limits.ITEMS; from += PIECE) {
            List<String> piece = new ArrayList<>();
            for (int i = from; i < from + PIECE; i++) piece.add("customer-" + i);
            Result result = given(new Command.AddItems("array", from, Items.of(piece), Command.Room.AMPLE));
            assertEquals(new Result.Done(from + PIECE), result);
        }
        Result more = given(new Command.AddItems("array", Limits.ITEMS, Items.of(List.of("x")), Command.Room.AMPLE));
        assertEquals("array array would have 1000001 items, and may have 1000000", refusal(more));

        given(new Command.SealArray("array", Limits.ITEMS));
        assertEquals(Limits.ITEMS, machine.array("array").count(JobState.AVAILABLE));
        Result.Granted granted =
                (Result.Granted) given(new Command.Grant("w1", "i1", 1, List.of("array:0", "array:999999")));
        assertEquals(2, granted.leases().size());
        assertEquals(List.of("customer-999999"), granted.leases().get(1).spec().args());

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageCodec.write(machine.image(), bytes);
        QueueMachine restarted = new QueueMachine(ImageCodec.read(new ByteArrayInputStream(bytes.toByteArray())));
        assertEquals(2, restarted.array("array").count(JobState.EXECUTING));
        restarted.apply(new Command.Cancel(List.of("array"), "not wanted"), now);
        while (restarted.hasUnswept()) restarted.apply(new Command.Sweep(100_000), now);
        assertEquals(Limits.ITEMS - 2, restarted.array("array").count(JobState.CANCELLED));
    }

    @Test
    public void theTextOfAnArrayIsBounded() {
        given(new Command.OpenArray(ArraySpec.of(job("array").build()), Items.NONE, Command.Room.AMPLE));
        Items piece = Items.of(Collections.nCopies(PIECE, "x".repeat(Limits.ITEM)));
        long most = 64L << 20;
        int from = 0;
        for (; (from + PIECE) * (long) Limits.ITEM <= most; from += PIECE) {
            assertTrue(given(new Command.AddItems("array", from, piece, Command.Room.AMPLE)) instanceof Result.Done);
        }
        assertEquals(
                "the items of array array would have " + (from + PIECE) * (long) Limits.ITEM + " bytes, and may have "
                        + most,
                refusal(given(new Command.AddItems("array", from, piece, Command.Room.AMPLE))));
        assertEquals(from, machine.array("array").size());
    }

    @Test
    public void thereAreAsManyArraysAsJobsAtMost() {
        Command.Room room = new Command.Room(2, 2, Long.MAX_VALUE, 100, 100, 100, 100);
        assertTrue(open("a", room) instanceof Result.Accepted);
        assertTrue(open("b", room) instanceof Result.Accepted);
        assertEquals("the grid has 2 arrays, and may have 2", refusal(open("c", room)));
        assertTrue("a repeat", open("b", room) instanceof Result.Accepted);
        given(new Command.Cancel(List.of("a"), "enough"));
        given(new Command.Prune(Long.MAX_VALUE, 0, 0, 10));
        assertTrue(open("c", room) instanceof Result.Accepted);
    }

    private Result open(String id, Command.Room room) {
        return given(new Command.OpenArray(ArraySpec.of(job(id).build()), Items.NONE, room));
    }

    @Test
    public void operatorsSetAHundredThousandThingsAtMost() {
        List<String> drained = new ArrayList<>();
        for (int i = 0; i < 99_999; i++) drained.add("worker-" + i);
        Image empty = machine.image();
        QueueMachine full = new QueueMachine(new Image(
                empty.nextSequence(),
                empty.nextLeaseId(),
                empty.lastMillis(),
                Rules.of(List.of(), Map.of(), Map.of(), drained),
                empty.gates(),
                empty.uniques(),
                empty.untold(),
                empty.jobs(),
                empty.history(),
                empty.schedules(),
                empty.arrays()));
        assertEquals(new Result.Done(0), full.apply(new Command.Weigh("acme", 3, "ann@n1"), now));
        Result more = full.apply(new Command.Pause("mail", true, "ann@n1"), now);
        assertEquals(
                new Result.Refused(
                        Result.Refusal.LIMIT,
                        "there are 100000 settings of queues, tenants, limits and workers; remove some",
                        ""),
                more);
        assertFalse(full.rules().queue("mail").paused());
        assertTrue(
                "what is set can be changed",
                full.apply(new Command.Weigh("acme", 4, "ann@n1"), now) instanceof Result.Done);
        full.apply(new Command.Drain("worker-7", false, "ann@n1"), now);
        assertEquals(new Result.Done(0), full.apply(new Command.Pause("mail", true, "ann@n1"), now));
    }
}
