/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * Commands that a site's own bundle brings to its nodes. The bundle's headers say which of them there are, in which
 * scope, and how fast this site is. It is loaded by nodes, and so knows nothing of the tests.
 */
public final class SiteCommands implements BundleActivator {
    static final String SCOPE = "Site-Scope";
    static final String FUNCTIONS = "Site-Functions";
    static final String MILLIS = "Site-Millis";

    private static final int LINE_BYTES = 1_024;

    private long millis;

    @Override
    public void start(BundleContext context) {
        Dictionary<String, String> headers = context.getBundle().getHeaders();
        millis = Long.parseLong(headers.get(MILLIS));
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("osgi.command.scope", headers.get(SCOPE));
        properties.put("osgi.command.function", headers.get(FUNCTIONS).split(","));
        context.registerService(SiteCommands.class, this, properties);
    }

    @Override
    public void stop(BundleContext context) {
        // The framework takes the service away.
    }

    public String send(String what) throws InterruptedException {
        return work(what);
    }

    public String render(String what) throws InterruptedException {
        return work(what);
    }

    public String store(String what) throws InterruptedException {
        return work(what);
    }

    /** Takes as long as this site needs for it. */
    public String work(String what) throws InterruptedException {
        Thread.sleep(millis);
        return what;
    }

    /** Goes on until there is this file, and heeds no interrupt. */
    public void hold(String file) {
        while (!Files.exists(Path.of(file))) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                // That is what it is for.
            }
        }
    }

    /** Prints so many mebibytes to stdout, in lines of a kibibyte with letters of two bytes. */
    public void flood(int mebibytes) {
        byte[] line = ("é".repeat(LINE_BYTES / 2 - 1) + "x\n").getBytes(StandardCharsets.UTF_8);
        if (line.length != LINE_BYTES) throw new IllegalStateException(Arrays.toString(line));
        for (int i = 0; i < mebibytes << 10; i++) System.out.write(line, 0, line.length);
    }
}
