/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Rows under headings, aligned; where the width is known, columns that may be cut give way, the widest first. */
final class Table {
    private static final String GAP = "  ";
    private static final int NARROW = 8;

    /** Of a narrow terminal that shows less than this of a column, it is better to show the others. */
    private static final int NARROWEST = 4;

    /** The headings of what has colours. */
    private static final Set<String> STATES = Set.of("STATE", "OUTCOME");

    private static final String PLAIN = "\u001b[m";

    private final List<String> headings;
    private final Set<String> cuttable;
    private final List<List<String>> rows = new ArrayList<>();

    /** @param cuttable headings of the columns whose cells need not be shown whole */
    Table(List<String> headings, Set<String> cuttable) {
        this.headings = headings;
        this.cuttable = cuttable;
    }

    void add(Object... cells) {
        rows.add(Arrays.stream(cells)
                .map(cell -> Text.oneLine(String.valueOf(cell), 500))
                .toList());
    }

    /** Cut to the paper's width, if that is known. */
    String format(Paper paper) {
        int[] widths = new int[headings.size()];
        for (int column = 0; column < widths.length; column++) {
            widths[column] = headings.get(column).length();
            for (List<String> row : rows)
                widths[column] = Math.max(widths[column], row.get(column).length());
        }
        // A column without a single value says nothing.
        boolean[] shown = new boolean[widths.length];
        for (int column = 0; column < widths.length; column++) {
            int index = column;
            shown[column] = rows.isEmpty()
                    || rows.stream().anyMatch(row -> !row.get(index).isEmpty());
        }
        if (paper.width() > 0) fit(widths, shown, paper.width());
        StringBuilder text = new StringBuilder(line(headings, widths, shown, Paper.PLAIN));
        for (List<String> row : rows) text.append('\n').append(line(row, widths, shown, paper));
        return text.toString();
    }

    /** No row may go on in the next line of the screen, where nobody could tell the columns apart. */
    private void fit(int[] widths, boolean[] shown, int width) {
        cut(widths, shown, width, NARROW);
        cut(widths, shown, width, NARROWEST);
        for (int column = widths.length - 1; column > 0 && total(widths, shown) > width; column--) {
            if (cuttable.contains(headings.get(column))) shown[column] = false;
        }
    }

    private void cut(int[] widths, boolean[] shown, int width, int least) {
        while (total(widths, shown) > width) {
            int widest = -1;
            for (int column = 0; column < widths.length; column++) {
                if (!shown[column] || !cuttable.contains(headings.get(column)) || widths[column] <= least) continue;
                if (widest < 0 || widths[column] > widths[widest]) widest = column;
            }
            if (widest < 0) return;
            widths[widest]--;
        }
    }

    private static int total(int[] widths, boolean[] shown) {
        int total = -GAP.length();
        for (int column = 0; column < widths.length; column++)
            if (shown[column]) total += widths[column] + GAP.length();
        return total;
    }

    private String line(List<String> cells, int[] widths, boolean[] shown, Paper paper) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            if (!shown[column]) continue;
            String cell = Text.cut(cells.get(column), widths[column]);
            String colour = STATES.contains(headings.get(column)) ? paper.colour(cell) : "";
            line.append(colour).append(cell).append(colour.isEmpty() ? "" : PLAIN);
            line.append(" ".repeat(widths[column] - cell.length())).append(GAP);
        }
        return line.toString().stripTrailing();
    }
}
