/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.bench;

import java.util.ArrayList;
import java.util.List;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.ChangeOutcome;
import org.gridbatch.api.JobIds;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Limits;

/** Sends items of arrays in pieces: about 20 characters each, as names of customers have. */
final class ArrayItems {
    private static final int PIECE = Limits.ITEMS_OF_CALL;

    private final Session session;
    private final String queue;
    private final List<String> arrayIds = new ArrayList<>();
    private List<String> piece = List.of();
    private int count;

    ArrayItems(Session session, String queue) throws Exception {
        this.session = session;
        this.queue = queue;
        open();
    }

    private void open() throws Exception {
        String arrayId = "bench-" + JobIds.next();
        JobSpec template =
                JobSpec.script("echo $it").jobId(arrayId).queue(queue).build();
        Session.answer(session.jobs().openArray(ArraySpec.of(template)));
        arrayIds.add(arrayId);
        count = 0;
    }

    /** Adds one piece, and opens another array when this one is full. */
    int addPiece() throws Exception {
        if (count + PIECE > Limits.ITEMS) open();
        if (piece.isEmpty()) piece = items();
        int has = Session.answer(session.jobs().addItems(last(), count, piece));
        if (has != count + PIECE) throw new IllegalStateException("the array has " + has + " items");
        count = has;
        return PIECE;
    }

    /** Adds many items and seals the array. */
    void fill(int items) throws Exception {
        for (int left = items; left > 0; left -= PIECE) {
            List<String> some = items().subList(0, Math.min(left, PIECE));
            count = Session.answer(session.jobs().addItems(last(), count, some));
        }
        Session.answer(session.jobs().sealArray(last(), count));
    }

    private List<String> items() {
        List<String> items = new ArrayList<>(PIECE);
        for (int i = 0; i < PIECE; i++) items.add("customer-" + JobIds.next().substring(8));
        return items;
    }

    private String last() {
        return arrayIds.get(arrayIds.size() - 1);
    }

    /** Takes all out again: none of the arrays was sealed, so they end at once. */
    void cancel() throws Exception {
        for (var changed : Session.answer(session.jobs().cancel(arrayIds, "the run is over"))) {
            if (changed.outcome() != ChangeOutcome.DONE) throw new IllegalStateException(changed.toString());
        }
    }
}
