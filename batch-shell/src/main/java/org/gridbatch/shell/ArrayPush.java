/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.List;
import java.util.concurrent.TimeoutException;
import org.gridbatch.api.ArraySpec;
import org.gridbatch.api.IndeterminateException;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.QueueUnavailableException;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.client.GridClient;
import org.osgi.framework.ServiceException;

/**
 * Gives an array to the queue piece by piece, and never has more than one piece of its items. If that ends early, the
 * array is cancelled; but not if the server was out of reach, for then the push can be repeated and goes on.
 */
final class ArrayPush {
    private final Grid grid;
    private final ArraySpec array;
    private final String repeat;

    /** @param repeat what to do to go on when the server was out of reach */
    ArrayPush(Grid grid, ArraySpec array, String repeat) {
        this.grid = grid;
        this.array = array;
        this.repeat = repeat;
    }

    /** @throws CommandFailed if not all of it is in the queue */
    Submitted push(ItemSource items) {
        Submitted opened = grid.jobs(queue -> queue.openArray(array, grid.caller()), repeat);
        if (!array.awaitsItems(opened)) return opened;
        try {
            int count = 0;
            for (List<String> piece = GridClient.nextPiece(items);
                    !piece.isEmpty();
                    piece = GridClient.nextPiece(items)) {
                int from = count;
                List<String> some = piece;
                grid.jobs(queue -> queue.addItems(array.arrayId(), from, some), repeat);
                count += some.size();
            }
            int all = count;
            return grid.jobs(queue -> queue.sealArray(array.arrayId(), all), repeat);
        } catch (CommandFailed e) {
            throw opened.repeated() ? e : given(e);
        }
    }

    private CommandFailed given(CommandFailed failure) {
        Throwable cause = failure.getCause();
        boolean canGoOn = cause instanceof QueueUnavailableException
                || cause instanceof IndeterminateException
                || cause instanceof ServiceException
                || cause instanceof TimeoutException;
        if (canGoOn) {
            return new CommandFailed(
                    failure.getMessage() + "; array " + array.arrayId() + " does not have all its items: " + repeat,
                    failure);
        }
        return new CommandFailed(failure.getMessage() + "; " + cancelled(failure), failure);
    }

    /** The job that follows first: it is not to run because of this. */
    private String cancelled(CommandFailed failure) {
        String id = array.arrayId();
        List<String> all =
                array.then() == null ? List.of(id) : List.of(array.then().jobId(), id);
        // Who stopped the push wants this to happen all the same.
        boolean wasInterrupted = Thread.interrupted();
        boolean isDone = grid.glance(
                        JobQueue.class,
                        queue -> queue.cancel(
                                all, Text.head("not pushed: " + failure.getMessage(), 1_000), grid.caller()))
                .isPresent();
        if (wasInterrupted) Thread.currentThread().interrupt();
        return "array " + id + (isDone ? " was cancelled" : " is not sealed, so nothing of it runs");
    }
}
