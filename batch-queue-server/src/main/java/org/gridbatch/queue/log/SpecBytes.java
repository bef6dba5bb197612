/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import org.gridbatch.api.JobSpec;

/** A job as submitted, but for its script, in bytes that later versions read as well. */
public final class SpecBytes {
    private static final int VERSION = 1;

    private SpecBytes() {}

    public static byte[] withoutScript(JobSpec spec) {
        Bytes bytes = new Bytes(128);
        bytes.writeByte(VERSION);
        JobCodec.writeSpec(bytes, spec, "");
        return bytes.toArray();
    }

    /** @throws IllegalStateException if the bytes are damaged or of a newer version */
    public static JobSpec with(String script, byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        int version = in.readByte();
        if (version != VERSION) {
            throw new IllegalStateException("a job has format " + version + ", want " + VERSION);
        }
        return JobCodec.readSpec(in, script);
    }
}
