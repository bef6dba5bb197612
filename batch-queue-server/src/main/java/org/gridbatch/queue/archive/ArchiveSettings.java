/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.archive;

import java.time.Duration;

/**
 * Where the archive is and how much it keeps.
 *
 * @param url of JDBC
 * @param poolSize most connections: one writes, the others read
 * @param keepFor how long jobs and audit records stay
 * @param keepJobs how many jobs stay
 */
public record ArchiveSettings(String url, String user, String password, int poolSize, Duration keepFor, long keepJobs) {
    /** Not the password. */
    @Override
    public String toString() {
        return "ArchiveSettings[" + url + ", user " + user + "]";
    }
}
