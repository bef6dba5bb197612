/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.List;

/**
 * One page of the audit trail.
 *
 * @param records the newest first
 * @param next what to give as {@link AuditQuery#after()} for the next page; empty when this is the last
 */
public record AuditPage(List<AuditRecord> records, String next) implements Serializable {
    public AuditPage {
        records = records == null ? List.of() : List.copyOf(records);
        next = next == null ? "" : next;
    }
}
