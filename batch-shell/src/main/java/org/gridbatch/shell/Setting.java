/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

/**
 * Something that an operator has set.
 *
 * @param of what it is set for: {@code queue}, {@code tenant}, {@code limit key}, {@code worker} or {@code schedule}
 * @param name which one
 * @param value what is set, for people
 */
public record Setting(String of, String name, String value) {}
