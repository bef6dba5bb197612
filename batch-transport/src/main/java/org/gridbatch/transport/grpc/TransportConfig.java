/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What can be configured, PID {@code org.gridbatch.transport}. */
@ObjectClassDefinition(name = "Gridbatch transport", description = "Remote services over gRPC")
@interface TransportConfig {
    @AttributeDefinition(description = "Host name or address that exported endpoints name; others must reach it")
    String host() default "127.0.0.1";

    @AttributeDefinition(description = "Port that exported services are served on; 0 is any free one")
    int port() default 0;

    @AttributeDefinition(description = "Address to listen on; empty is the host")
    String bind() default "";

    @AttributeDefinition(description = "Largest message that is sent or read, in bytes; 1024 to 268435456")
    int max_message_bytes() default 8 * 1024 * 1024;

    @AttributeDefinition(description = "Threads that run service methods; 1 to 1024")
    int server_threads() default 16;

    @AttributeDefinition(description = "Calls that may wait for such a thread; 1 to 1000000")
    int server_queue() default 1_000;

    @AttributeDefinition(description = "Calls that one connection may have open at once; 1 to 1000000")
    int server_calls() default 10_000;

    @AttributeDefinition(description = "Threads that complete the futures of callers; 1 to 1024")
    int client_threads() default 16;

    @AttributeDefinition(description = "Threads that move bytes, for client and server together; 1 to 64")
    int io_threads() default 2;

    @AttributeDefinition(
            description = "Milliseconds that a call may take where its service says nothing"
                    + " (property gridbatch.grpc.timeout.millis); 1 to 86400000")
    long timeout_millis() default 30_000;

    @AttributeDefinition(description = "Seconds of silence after which a peer is asked whether it lives; 10 to 3600")
    int keepalive_seconds() default 10;

    @AttributeDefinition(description = "Milliseconds that it has to answer; 100 to 60000")
    int keepalive_timeout_millis() default 2_000;

    @AttributeDefinition(description = "Milliseconds from the first failed connection to the second; 10 to 60000")
    int reconnect_min_millis() default 100;

    @AttributeDefinition(description = "Most milliseconds between two attempts to connect; 100 to 600000")
    int reconnect_max_millis() default 5_000;
}
