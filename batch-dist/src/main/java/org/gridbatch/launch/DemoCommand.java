/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.launch;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "demo", description = "Show a whole grid at work on this machine, a killed server included.")
final class DemoCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new LaunchException("not yet");
    }
}
