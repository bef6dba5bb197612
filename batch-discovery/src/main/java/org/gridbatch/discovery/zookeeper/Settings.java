/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.discovery.zookeeper;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The checked configuration of one discovery: where ZooKeeper is, where in it endpoints live, and the bounds. */
record Settings(String address, String hosts, String base, int sessionTimeoutMillis, int maxEndpointBytes) {

    private static final Pattern HOST = Pattern.compile("(\\[[0-9A-Fa-f:.%]+]|[^\\[\\]:\\s]+):(\\d{1,5})");

    static Settings of(String zookeeper, String root, int sessionTimeoutMillis, int maxEndpointBytes) {
        String address = zookeeper == null ? "" : zookeeper.strip();
        int slash = address.indexOf('/');
        String hosts = slash < 0 ? address : address.substring(0, slash);
        for (String host : hosts.split(",", -1)) checkHost(address, host.strip());
        String chroot = slash < 0 ? "" : path("zookeeper", address, address.substring(slash));
        String base = chroot + path("root", root, root == null ? "" : root.strip());
        return new Settings(
                address,
                hosts.replaceAll("\\s", ""),
                base,
                within("session.timeout.millis", sessionTimeoutMillis, 100, 600_000),
                within("max.endpoint.bytes", maxEndpointBytes, 1_024, 512 * 1_024));
    }

    String endpoints() {
        return base + "/endpoints";
    }

    private static void checkHost(String address, String host) {
        Matcher parts = HOST.matcher(host);
        if (!parts.matches()) throw malformed(address, "\"" + host + "\" is not HOST:PORT");
        int port = Integer.parseInt(parts.group(2));
        if (port < 1 || port > 65_535) throw malformed(address, "port " + port + " is not within 1 and 65535");
    }

    private static IllegalArgumentException malformed(String address, String why) {
        return new IllegalArgumentException(
                "zookeeper is \"" + address + "\", want HOST:PORT[,HOST:PORT...][/chroot]: " + why);
    }

    /** A ZooKeeper path without a slash at its end; the empty string for the top. */
    private static String path(String key, String value, String path) {
        String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        if (trimmed.isEmpty()) return "";
        boolean valid = trimmed.startsWith("/") && !trimmed.chars().anyMatch(c -> c <= ' ' || c >= 0x7f);
        for (String part : trimmed.substring(1).split("/", -1)) {
            valid &= !part.isEmpty() && !part.equals(".") && !part.equals("..");
        }
        if (!valid || trimmed.equals("/zookeeper") || trimmed.startsWith("/zookeeper/"))
            throw new IllegalArgumentException(key + " is \"" + value + "\": \"" + path
                    + "\" is no usable path, want /NAME[/NAME...] outside of /zookeeper");
        return trimmed;
    }

    private static int within(String key, int value, int least, int most) {
        if (value < least || value > most)
            throw new IllegalArgumentException(key + " is " + value + ", want " + least + " to " + most);
        return value;
    }
}
