/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import com.pty4j.PtyProcess;
import com.pty4j.PtyProcessBuilder;
import com.pty4j.WinSize;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jline.builtins.ScreenTerminal;

/** Sits at a real terminal: presses keys, and reads what an emulator of a terminal makes of all that is printed. */
final class Person implements AutoCloseable {
    static final String TAB = "\t";
    static final String ENTER = "\r";
    static final String UP = "\u001bOA";
    static final String CTRL_C = "\u0003";
    static final String CTRL_D = "\u0004";
    static final String CTRL_L = "\f";
    static final String CTRL_U = "\u0015";

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Above the character in the emulator's cells: whether there is a colour, and 4 bits each of red, green and blue. */
    private static final long HAS_COLOUR = 1L << 60;

    private static final int COLOUR_SHIFT = 44;

    private final PtyProcess process;
    private final OutputStream keyboard;
    private final ScreenTerminal emulator;
    private final Thread reader;
    private final StringBuilder all = new StringBuilder();
    private int columns;
    private int rows;

    /** @param command for the system's shell */
    Person(int columns, int rows, Path directory, Map<String, String> environment, String command) throws IOException {
        this.columns = columns;
        this.rows = rows;
        Map<String, String> surroundings = new HashMap<>(environment);
        surroundings.putIfAbsent("TERM", "xterm-256color");
        emulator = new ScreenTerminal(columns, rows);
        process = new PtyProcessBuilder(new String[] {"/bin/sh", "-c", "exec " + command})
                .setEnvironment(surroundings)
                .setDirectory(directory.toString())
                .setInitialColumns(columns)
                .setInitialRows(rows)
                .start();
        keyboard = process.getOutputStream();
        reader = new Thread(this::read, "itests-terminal");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (Reader in = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)) {
            char[] some = new char[4_096];
            for (int count; (count = in.read(some)) >= 0; ) {
                String text = new String(some, 0, count);
                synchronized (all) {
                    all.append(text);
                }
                emulator.write(text);
                // Some programs ask the terminal something, as where the cursor is.
                String answer = emulator.read();
                if (!answer.isEmpty()) type(answer);
            }
        } catch (IOException e) {
            // The program has ended, and its terminal with it.
        }
    }

    Person type(String keys) throws IOException {
        keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
        return this;
    }

    /** What is on the screen: a line for each row, without blanks at the end, and without rows below the last text. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (long[] row : cells()) {
            StringBuilder line = new StringBuilder();
            for (long cell : row) line.appendCodePoint((int) (cell & 0xffffff));
            lines.add(line.toString().stripTrailing());
        }
        while (!lines.isEmpty() && lines.get(lines.size() - 1).isEmpty()) lines.remove(lines.size() - 1);
        return lines;
    }

    String screen() {
        return String.join("\n", lines());
    }

    /** All that was ever printed, with its escape sequences. */
    String printed() {
        synchronized (all) {
            return all.toString();
        }
    }

    /** The colour of the first character of this text on the screen: {@code rgb} in hexadecimal; empty if it has none. */
    String colourOf(String text) {
        List<String> lines = lines();
        long[][] cells = cells();
        for (int y = lines.size() - 1; y >= 0; y--) {
            int x = lines.get(y).indexOf(text);
            if (x < 0) continue;
            long cell = cells[y][x];
            return (cell & HAS_COLOUR) == 0 ? "" : String.format("%03x", cell >> COLOUR_SHIFT & 0xfff);
        }
        throw new AssertionError("not on the screen: " + text + "\n" + screen());
    }

    /** Whether this line begins in red. */
    boolean isRed(String line) {
        String colour = colourOf(line);
        return !colour.isEmpty() && colour.charAt(0) >= '8' && colour.endsWith("00");
    }

    private long[][] cells() {
        long[] flat = new long[columns * rows];
        emulator.dump(flat, 0, 0, rows, columns, new int[2]);
        long[][] cells = new long[rows][];
        for (int y = 0; y < rows; y++) cells[y] = Arrays.copyOfRange(flat, y * columns, (y + 1) * columns);
        return cells;
    }

    /** Waits until the screen is so. */
    Person sees(String what, Predicate<String> condition) {
        try {
            Awaitility.await(what)
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> condition.test(screen()));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(what + " is not on the screen:\n" + screen(), e);
        }
        return this;
    }

    /** Waits until this text is on the screen. */
    Person sees(String text) {
        return sees(text, screen -> screen.contains(text));
    }

    /** Pulls at the corner of the window. */
    void resize(int newColumns, int newRows) {
        columns = newColumns;
        rows = newRows;
        emulator.setSize(newColumns, newRows);
        process.setWinSize(new WinSize(newColumns, newRows));
    }

    /** The program, if it has not ended. */
    Optional<ProcessHandle> handle() {
        return ProcessHandle.of(process.pid());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until the program has ended by itself. */
    int status() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("it does not end:\n" + screen());
            }
            // What it printed last may still be on its way.
            reader.join(5_000);
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
            keyboard.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
