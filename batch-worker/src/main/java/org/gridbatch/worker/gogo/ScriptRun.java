/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.gridbatch.api.CapturedText;
import org.gridbatch.api.LiveText;
import org.gridbatch.api.Progress;
import org.osgi.annotation.versioning.ProviderType;

/** A script that was started. Thread-safe. */
@ProviderType
public interface ScriptRun {
    /**
     * Completes, never exceptionally, when nothing of the script runs any more: not before its background jobs have
     * ended, nor before a command that does not heed an interrupt has returned. Dependent stages run on the script's
     * thread.
     */
    CompletionStage<ScriptResult> result();

    /**
     * Asks the script to stop: interrupts its threads, again and again until they end, and starts no further statement.
     * Its outcome is {@link ScriptOutcome#INTERRUPTED} from now on, whatever it does, unless it had ended before. Code
     * that does not heed interrupts goes on: wait for {@link #result()} with a bound.
     */
    void interrupt();

    /** The top-level statement that it executes, for people; empty before the first. */
    String executing();

    /** What it has printed to stdout so far. */
    CapturedText out();

    /** What it has printed to stderr so far. */
    CapturedText err();

    /**
     * A piece of what it has printed to stdout, from an offset on. Between the head and the tail that are kept it may be
     * gone already: then the piece begins later.
     *
     * @param most characters of the piece; less than 2 may be too few for a character
     */
    LiveText out(long from, int most);

    /** As {@link #out(long, int)}, of stderr. */
    LiveText err(long from, int most);

    /** How far it says that it is, through {@link JobHandle}. */
    Progress progress();

    /** What else it says about itself, through {@link JobHandle}. */
    Map<String, String> notes();
}
