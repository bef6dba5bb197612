/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.core;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.ArrayView;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.gridbatch.api.Placement;

/**
 * An array: one template and columns of its items. An item is a {@link Job} from when it is first touched until it is
 * pruned; before that it is made from the columns when somebody looks, and after it only its state is left.
 *
 * <p>Changed by {@link Jobs} and {@link ArrayRules} alone; for all others it is a view.
 */
public final class JobArray {
    /** How far the canary is; snapshots have the places in this list. */
    enum Trial {
        NONE,
        RUNNING,
        PASSED,
        FAILED
    }

    private static final JobState[] STATES = JobState.values();
    /** Beside the state in an item's byte: it is or was a job of its own. */
    private static final int TOUCHED = 0x80;

    private final ArraySpec spec;
    private final List<Items> pieces = new ArrayList<>();
    /** The index of the first item of each piece. */
    private int[] firsts = new int[4];

    private byte[] column = new byte[0];
    private final int[] counts = new int[STATES.length];
    private int size;
    private int untouched;
    private long textBytes;

    final long openedAtMillis;
    boolean sealed;
    long sealedAtMillis;
    /** The sequence of the first item; the others follow. */
    long firstSequence;

    boolean paused;
    int throttle;
    Trial trial;
    private int canaryFinal;
    private int canaryDiscarded;

    /** What becomes of the items that are not final; null while they run. */
    JobState ending;

    String endReason = "";

    /** Who submitted it, as its own job says. */
    String by = "";

    /** Up to this index the items were ended. */
    int endedUpTo;

    JobArray(ArraySpec spec, long openedAtMillis) {
        this.spec = spec;
        this.openedAtMillis = openedAtMillis;
        throttle = spec.throttle();
        trial = spec.canary().items() == 0 ? Trial.NONE : Trial.RUNNING;
    }

    /** As it was when the image was made. */
    JobArray(Image.Array image) {
        this(image.spec(), image.openedAtMillis());
        image.pieces().forEach(this::append);
        sealed = image.sealed();
        sealedAtMillis = image.sealedAtMillis();
        firstSequence = image.firstSequence();
        paused = image.paused();
        throttle = image.throttle();
        trial = Trial.values()[image.trial()];
        ending = image.ending();
        endReason = image.endReason();
        endedUpTo = image.endedUpTo();
        Arrays.fill(counts, 0);
        column = image.column().array().clone();
        for (int i = 0; i < size; i++) {
            count(i, state(i));
            if ((column[i] & TOUCHED) != 0) untouched--;
        }
    }

    Image.Array image() {
        return new Image.Array(
                spec,
                List.copyOf(pieces),
                ByteBuffer.wrap(Arrays.copyOf(column, size)),
                sealed,
                firstSequence,
                openedAtMillis,
                sealedAtMillis,
                paused,
                throttle,
                trial.ordinal(),
                ending,
                endReason,
                endedUpTo);
    }

    public String id() {
        return spec.arrayId();
    }

    public ArraySpec spec() {
        return spec;
    }

    public int size() {
        return size;
    }

    /** Whether it has all its items. */
    public boolean isSealed() {
        return sealed;
    }

    int count(JobState state) {
        return counts[state.ordinal()];
    }

    /** How many items are executing. */
    public int executing() {
        return count(JobState.EXECUTING);
    }

    /** How many may; {@link Integer#MAX_VALUE} if as many as workers take. */
    public int throttle() {
        return throttle == 0 ? Integer.MAX_VALUE : throttle;
    }

    /** Items from this index on do not run yet. */
    public int frontier() {
        if (!sealed || ending != null) return 0;
        return trial == Trial.RUNNING ? Math.min(size, spec.canary().items()) : size;
    }

    boolean isDone() {
        return sealed && count(JobState.COMPLETED) + count(JobState.DISCARDED) + count(JobState.CANCELLED) == size;
    }

    /** About how many bytes of memory its items take beside those that are jobs. */
    long weight() {
        return textBytes + 5L * size;
    }

    long textBytes() {
        return textBytes;
    }

    JobState state(int index) {
        return STATES[column[index] & (TOUCHED - 1)];
    }

    /** The first item from an index on that may run and was never touched; -1 if there is none. */
    public int nextUntouched(int from) {
        int end = frontier();
        for (int i = from; i < end; i++) if (isUntouched(i)) return i;
        return -1;
    }

    boolean isUntouched(int index) {
        return sealed && column[index] == JobState.AVAILABLE.ordinal();
    }

    void touch(int index) {
        column[index] |= (byte) TOUCHED;
        untouched--;
    }

    /** How many items in a state were never touched. */
    int untouched(JobState state) {
        return state == (sealed ? JobState.AVAILABLE : JobState.BLOCKED) ? untouched : 0;
    }

    void append(Items more) {
        if (more.size() == 0) return;
        if (pieces.size() == firsts.length) firsts = Arrays.copyOf(firsts, 2 * firsts.length);
        firsts[pieces.size()] = size;
        pieces.add(more);
        int before = size;
        size += more.size();
        untouched += more.size();
        textBytes += more.text().length;
        if (size > column.length) column = Arrays.copyOf(column, Math.max(size, 2 * column.length));
        Arrays.fill(column, before, size, (byte) JobState.BLOCKED.ordinal());
        counts[JobState.BLOCKED.ordinal()] += more.size();
    }

    /** All items it will ever have are there: they may run. */
    void seal(long sequence, long now) {
        sealed = true;
        sealedAtMillis = now;
        firstSequence = sequence;
        column = Arrays.copyOf(column, size);
        Arrays.fill(column, (byte) JobState.AVAILABLE.ordinal());
        counts[JobState.BLOCKED.ordinal()] = 0;
        counts[JobState.AVAILABLE.ordinal()] = size;
    }

    /** Forgets the items of an array that is never to be sealed. */
    void drop() {
        pieces.clear();
        column = new byte[0];
        size = 0;
        untouched = 0;
        textBytes = 0;
        counts[JobState.BLOCKED.ordinal()] = 0;
        sealed = true;
    }

    /** Takes note that an item is in another state. */
    void moved(int index, JobState to) {
        counts[state(index).ordinal()]--;
        column[index] = (byte) (to.ordinal() | TOUCHED);
        count(index, to);
    }

    private void count(int index, JobState state) {
        counts[state.ordinal()]++;
        if (index >= spec.canary().items() || !state.isFinal()) return;
        canaryFinal++;
        if (state == JobState.DISCARDED) canaryDiscarded++;
    }

    boolean isTrialOver() {
        return trial == Trial.RUNNING
                && sealed
                && canaryFinal >= Math.min(size, spec.canary().items());
    }

    int canaryFinal() {
        return canaryFinal;
    }

    int canaryDiscarded() {
        return canaryDiscarded;
    }

    String item(int index) {
        int piece = pieceOf(index);
        return pieces.get(piece).get(index - firsts[piece]);
    }

    private int pieceOf(int index) {
        int piece = Arrays.binarySearch(firsts, 0, pieces.size(), index);
        return piece >= 0 ? piece : -piece - 2;
    }

    /** Whether the items from an index on are these; the array must have as many. */
    boolean has(int from, Items items, int count) {
        int at = from;
        int done = 0;
        for (int piece = pieceOf(from); done < count; piece++) {
            Items own = pieces.get(piece);
            int start = at - firsts[piece];
            int part = Math.min(count - done, own.size() - start);
            if (!own.matches(start, items, done, part)) return false;
            at += part;
            done += part;
        }
        return true;
    }

    /** The id of an item's job. */
    public String itemId(int index) {
        return id() + ":" + index;
    }

    /** What an item runs. */
    JobSpec itemSpec(int index) {
        String item = item(index);
        JobSpec template = spec.template();
        List<String> args = new ArrayList<>(template.args().size() + 1);
        args.add(item);
        args.addAll(template.args());
        Placement placement = template.placement();
        if (!spec.onEach().isEmpty()) placement = onWorker(placement, item);
        return template.item(
                itemId(index), args, spec.keyPerItem() ? spec.keyOf(item) : template.exclusiveKey(), placement);
    }

    /** The name of a worker has no character that means something in a filter. */
    private static Placement onWorker(Placement placement, String worker) {
        String here = "(worker=" + worker + ")";
        String requires = placement.requires().isEmpty() ? here : "(&" + here + placement.requires() + ")";
        return new Placement(requires, placement.needs(), placement.rank());
    }

    /** An item that was never touched, as a job. */
    public Job job(int index) {
        return Job.item(this, index);
    }

    /** What callers see. */
    public ArrayView view() {
        Map<JobState, Integer> states = new EnumMap<>(JobState.class);
        for (JobState state : STATES) if (count(state) > 0) states.put(state, count(state));
        int canary = trial == Trial.RUNNING && ending == null
                ? Math.min(sealed ? size : Integer.MAX_VALUE, spec.canary().items())
                : 0;
        return new ArrayView(size, sealed, paused && !isDone(), throttle, canary, states);
    }
}
