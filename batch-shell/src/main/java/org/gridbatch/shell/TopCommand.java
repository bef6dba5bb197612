/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.JobQueue;
import org.gridbatch.api.Limits;
import org.gridbatch.api.LiveView;
import org.gridbatch.api.WorkerView;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Shows a grid at work, until its user has seen enough. */
@CommandLine.Command(
        name = "top",
        description = "Show the queues with their counts and rates, and the workers with what they run: at a terminal "
                + "anew each second until q or Ctrl-C, else, and with --json, once.")
final class TopCommand extends Command {
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration KEY_EVERY = Duration.ofMillis(50);

    /** The rates are of a minute, and to read them costs most. */
    private static final Duration RATES_EVERY = Duration.ofSeconds(5);

    private static final String HOME = "\u001b[H";
    private static final String CLEAR_SCREEN = "\u001b[2J";
    private static final String CLEAR_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";

    /** What is wider than the screen ends at its edge, with or without colours in it. */
    private static final String NO_WRAP = "\u001b[?7l";

    private static final String WRAP = "\u001b[?7h";

    @Option(names = "--once", description = "Once, also at a terminal.")
    private boolean once;

    private StatsReader.Ended ended;
    private long endedAt;

    /**
     * What it shows at one time.
     *
     * @param executing what the jobs that execute tell
     */
    public record Frame(Stats stats, List<WorkerView> workers, List<LiveView> executing) {}

    @Override
    Object run(CommandSession session, Surroundings here) {
        if (once || isJson() || Formats.width(session, 0) == 0) return frame(here.grid());
        PrintStream screen = System.out;
        InputStream keys = session.getKeyboard();
        screen.print(CLEAR_SCREEN);
        do {
            String text = StatsFormat.top(frame(here.grid()), Clock.systemUTC().instant(), Paper.of(session));
            draw(screen, text, Formats.height(session));
        } while (!isOver(keys));
        screen.println();
        return null;
    }

    private Frame frame(Grid grid) {
        StatsReader reader = new StatsReader(grid, Clock.systemUTC());
        if (ended == null || System.nanoTime() - endedAt > RATES_EVERY.toNanos()) {
            ended = reader.ended();
            endedAt = System.nanoTime();
        }
        List<WorkerView> workers = grid.jobs(JobQueue::workers);
        Stats stats = reader.read(ended, workers);
        List<String> ids = workers.stream()
                .flatMap(worker -> worker.jobIds().stream())
                .limit(Limits.BULK)
                .toList();
        List<LiveView> executing = ids.isEmpty() ? List.of() : grid.progress(ids);
        return new Frame(stats, workers, executing);
    }

    /** Line by line over what is there, so that nothing flickers; never more than the screen has, which would scroll. */
    private static void draw(PrintStream screen, String frame, int height) {
        screen.print(frame.lines()
                .limit(height - 1L)
                .map(line -> line + CLEAR_LINE)
                .collect(Collectors.joining("\r\n", HOME + NO_WRAP, "\r\n" + CLEAR_BELOW + WRAP)));
        screen.flush();
    }

    /** Waits until it is time for the next frame; true if the user wants none. */
    private static boolean isOver(InputStream keys) {
        long until = System.nanoTime() + EVERY.toNanos();
        try {
            while (System.nanoTime() < until) {
                while (keys.available() > 0) {
                    int key = keys.read();
                    if (key == 'q' || key == 'Q' || key < 0) return true;
                }
                Thread.sleep(KEY_EVERY.toMillis());
            }
            return false;
        } catch (InterruptedException e) {
            // Ctrl-C is how one leaves it.
            Thread.currentThread().interrupt();
            return true;
        } catch (IOException e) {
            // Whoever looked on has gone.
            return true;
        }
    }
}
