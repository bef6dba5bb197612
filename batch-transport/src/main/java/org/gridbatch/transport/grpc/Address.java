/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

/** Host and port of an exporting framework, as written in endpoint descriptions; an IPv6 host stands in brackets. */
record Address(String host, int port) {

    static Address parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException(Wire.ADDRESS + " is '" + text + "', want host:port");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (port > 0 && port <= 0xFFFF && !host.isBlank() && host.indexOf('/') < 0) {
                return new Address(host, port);
            }
        } catch (NumberFormatException e) {
            // Said below, with the whole text.
        }
        throw new IllegalArgumentException(Wire.ADDRESS + " is '" + text + "', want host:port");
    }

    /** The name resolver looks the host up again whenever a connection fails, so a moved host is found. */
    String target() {
        return "dns:///" + this;
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
