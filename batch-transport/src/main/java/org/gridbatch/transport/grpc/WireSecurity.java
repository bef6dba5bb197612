/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;

/** The one place that decides how connections are protected: plain text, and therefore loopback unless configured. */
final class WireSecurity {
    ServerCredentials server() {
        return InsecureServerCredentials.create();
    }

    ChannelCredentials client() {
        return InsecureChannelCredentials.create();
    }
}
