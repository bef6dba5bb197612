/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.gridbatch.api.client.GridClient;

/** How the commands reach the queue; see {@link GridClient} for what the calls promise. */
interface QueueCalls extends AutoCloseable {
    /** @param service one of the interfaces that the queue is exported under */
    <S, T> CompletionStage<T> call(Class<S> service, Function<S, CompletionStage<T>> call, Duration atMost);

    /** Who calls, for the audit trail. */
    default String caller() {
        return "";
    }

    @Override
    void close();

    /** Calls through a client, which it closes. */
    static QueueCalls through(GridClient client) {
        return new QueueCalls() {
            @Override
            public <S, T> CompletionStage<T> call(
                    Class<S> service, Function<S, CompletionStage<T>> call, Duration atMost) {
                return client.call(service, call, atMost);
            }

            @Override
            public String caller() {
                return client.caller();
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }
}
