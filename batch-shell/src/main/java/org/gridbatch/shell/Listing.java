/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.AbstractList;
import java.util.List;
import java.util.Map;

/** What a command found, where the rest begins, and what to show instead of nothing. */
final class Listing<T> extends AbstractList<T> {
    private final List<T> rows;
    private final String next;
    private final String none;
    private final Map<String, String> remarks;

    /**
     * @param next what {@code --after} takes for the rest; empty if there is none
     * @param none what an empty list is shown as
     */
    Listing(List<T> rows, String next, String none) {
        this(rows, next, none, Map.of());
    }

    private Listing(List<T> rows, String next, String none, Map<String, String> remarks) {
        this.rows = List.copyOf(rows);
        this.next = next;
        this.none = none;
        this.remarks = Map.copyOf(remarks);
    }

    /** The same with something to show beside rows, by what is in their first column. */
    Listing<T> remarked(Map<String, String> more) {
        return new Listing<>(rows, next, none, more);
    }

    Map<String, String> remarks() {
        return remarks;
    }

    @Override
    public T get(int index) {
        return rows.get(index);
    }

    @Override
    public int size() {
        return rows.size();
    }

    /** What {@code --after} takes for the rest; empty if there is none. */
    public String next() {
        return next;
    }

    String none() {
        return none;
    }
}
