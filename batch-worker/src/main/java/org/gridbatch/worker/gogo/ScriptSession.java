/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker.gogo;

import org.osgi.annotation.versioning.ProviderType;

/** The session of a job's script, for commands that keep something for it. No command processor knows of it. */
@ProviderType
public interface ScriptSession {
    /** Whether the script goes on; once it has ended, nobody can use what is kept for it. */
    boolean isOpen();

    /** The same script, held to the lists of commands that this session's script is held to. */
    Script held(Script script);
}
