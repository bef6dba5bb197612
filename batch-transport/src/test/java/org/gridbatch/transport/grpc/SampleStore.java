/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import java.util.List;

/** A generic parent: what T is stands in the signature of the child only. */
public interface SampleStore<T> {
    List<T> both(T first, T second);
}
