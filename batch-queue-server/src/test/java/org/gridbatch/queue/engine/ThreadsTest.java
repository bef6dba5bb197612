/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.engine;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.gridbatch.api.QueueUnavailableException;
import org.junit.Test;

public class ThreadsTest {
    @Test
    public void soManyWaitForTheTimesOfSchedulesAndTheNextIsRefused() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(16);
        Threads threads = new Threads();
        try {
            threads.times().execute(() -> {
                begun.countDown();
                try {
                    goOn.await(10, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            assertTrue(begun.await(10, TimeUnit.SECONDS));
            for (int i = 0; i < 16; i++) threads.times().execute(done::countDown);
            refused(threads, "too many wait for the times of schedules already; repeat later");
            goOn.countDown();
            assertTrue(done.await(10, TimeUnit.SECONDS));
        } finally {
            goOn.countDown();
            threads.close();
        }
        refused(threads, "the queue-server stops");
    }

    private static void refused(Threads threads, String message) {
        QueueUnavailableException e = assertThrows(
                QueueUnavailableException.class, () -> threads.times().execute(() -> {}));
        assertEquals(message, e.getMessage());
    }
}
