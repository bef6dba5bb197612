/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.gridbatch.control.NodeFile;

/** Makes nodes of this process, and finds those of others. */
final class Nodes {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    private Nodes() {}

    /**
     * A node that lasts, with a directory under the data directory.
     *
     * @param roles what it is; the first is what it is called by
     */
    static Node prepare(List<Role> roles, Settings settings, Path config) {
        Role role = roles.get(0);
        String name = checked(settings.get("name", NodeCommand.defaultName(role)));
        if (roles.contains(Role.ZOOKEEPER) && !settings.has("zookeeper.port")) {
            settings.with("zookeeper.port", Integer.toString(firstPort(settings.zookeeper())));
        }
        Home home = Home.current();
        return new Node(
                home,
                roles,
                name,
                NodeCommand.directoryOf(settings, name),
                false,
                settings,
                Configurations.initial(home, roles, settings, config),
                () -> Configurations.again(home, roles, settings, config));
    }

    /** A shell node that leaves nothing behind. */
    static Node prepareShortLived(Settings settings, Path config) {
        Home home = Home.current();
        String name =
                checked(settings.get("name", "shell-" + ProcessHandle.current().pid()));
        try {
            Path directory = Files.createTempDirectory("gridbatch-" + name + "-");
            return new Node(
                    home,
                    List.of(Role.SHELL),
                    name,
                    directory,
                    true,
                    settings,
                    Configurations.initial(home, List.of(Role.SHELL), settings, config),
                    () -> Configurations.again(home, List.of(Role.SHELL), settings, config));
        } catch (IOException e) {
            throw new LaunchException("cannot make a temporary directory: " + e.getMessage(), e);
        }
    }

    /** The running nodes of this user that belong to a grid. */
    static List<NodeFile> ofGrid(String zookeeper) {
        return NodeFile.running().stream()
                .filter(node -> node.zookeeper().equals(zookeeper))
                .toList();
    }

    /**
     * The one running node of the grid that is meant.
     *
     * @param name null for that of {@code --name}, or the only one that runs
     * @param unclear what to say when several could be meant
     */
    static NodeFile running(Main main, String name, String unclear) {
        String zookeeper = main.settings().zookeeper();
        List<NodeFile> nodes = ofGrid(zookeeper);
        String wanted = name == null ? main.name : name;
        List<NodeFile> fitting = nodes.stream()
                .filter(node -> wanted == null || node.name().equals(wanted))
                .toList();
        if (fitting.size() == 1) return fitting.get(0);
        String names = nodes.isEmpty()
                ? "none runs on this machine for ZooKeeper " + zookeeper
                : nodes.stream().map(NodeFile::name).collect(Collectors.joining(", "));
        throw new LaunchException(wanted == null ? unclear + ": " + names : "no node '" + wanted + "': " + names);
    }

    /** What a node prints when it is up; the process that started it waits for this line. */
    static String upLine(Role role, String name) {
        return role.word() + " " + name + " is up";
    }

    private static String checked(String name) {
        if (NAME.matcher(name).matches()) return name;
        throw new LaunchException("the node's name is '" + name
                + "', want 1 to 63 letters, digits, dots, dashes or underscores, and a letter or digit first");
    }

    /** Waits until the first server of a ZooKeeper connect string listens, or the time is over. */
    static void awaitListening(String zookeeper, Duration atMost) throws InterruptedException {
        InetSocketAddress address = new InetSocketAddress(firstHost(zookeeper), firstPort(zookeeper));
        long deadline = System.nanoTime() + atMost.toNanos();
        while (System.nanoTime() < deadline) {
            try (Socket socket = new Socket()) {
                socket.connect(address, 1_000);
                return;
            } catch (IOException e) {
                // Not yet.
                Thread.sleep(50);
            }
        }
    }

    private static String firstHost(String zookeeper) {
        String first = zookeeper.split("[,/]", 2)[0];
        int colon = first.lastIndexOf(':');
        return colon < 0 ? first : first.substring(0, colon);
    }

    /** The port of the first server of a ZooKeeper connect string. */
    static int firstPort(String zookeeper) {
        String first = zookeeper.split("[,/]", 2)[0];
        int colon = first.lastIndexOf(':');
        if (colon < 0) return 2181;
        try {
            return Integer.parseInt(first.substring(colon + 1));
        } catch (NumberFormatException e) {
            throw new LaunchException("--zookeeper is '" + zookeeper + "', want HOST:PORT[,HOST:PORT...][/path]");
        }
    }
}
