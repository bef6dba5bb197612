/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.junit.Assert.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.gridbatch.worker.gogo.GogoScriptRunner;
import org.junit.rules.ExternalResource;

/** Our commands in a real Gogo, on a queue in memory. */
final class ShellFixture extends ExternalResource {
    /**
     * One for all tests of the process, never stopped: a script's thread that outlives its test would otherwise put the
     * streams of its own one back, under the feet of the next test.
     */
    private static final ThreadIOImpl THREAD_IO = new ThreadIOImpl();

    static {
        THREAD_IO.start();
    }

    final FakeQueue queue = new FakeQueue();
    CommandProcessorImpl processor;
    CommandSession session;
    PulledJobs pulled;
    GogoScriptRunner scripts;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Override
    protected void before() {
        processor = new CommandProcessorImpl(THREAD_IO);
        Grid grid = new Grid(queue, Duration.ofSeconds(5), null);
        scripts = new GogoScriptRunner(processor, THREAD_IO);
        pulled = new PulledJobs(grid, scripts, processor, "here-shell");
        Surroundings here = new Surroundings(grid, new SessionRunner(processor), pulled, scripts);
        ShellComponent.commands()
                .forEach((name, command) ->
                        processor.addCommand("batch", new CommandFunction(name, command, here), name));
        processor.addCommand("batch", new Completions(grid), Completions.NAME);
        processor.addCommand("test", new TestCommands(), TestCommands.class);
        processor.addConverter(new Formats(Clock.fixed(FakeQueue.NOW, ZoneOffset.UTC)));
        session = session("");
    }

    @Override
    protected void after() {
        pulled.close();
        scripts.close();
        processor.stop();
    }

    CommandSession session(String in) {
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        CommandSession made =
                processor.createSession(new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)), stream, stream);
        made.put("SCOPE", "batch:*");
        return made;
    }

    Object execute(String line) throws Exception {
        return session.execute(line);
    }

    /** What the shell shows for a line. */
    String shown(String line) throws Exception {
        Object result = execute(line);
        return result == null ? "" : session.format(result, Converter.INSPECT).toString();
    }

    /** The message of a line that must fail. */
    String refused(String line) {
        return assertThrows(CommandFailed.class, () -> execute(line)).toString();
    }

    /** All that was printed. */
    String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    /** A few commands that jobs call. */
    public static final class TestCommands {
        public void say(String[] words) {
            System.out.println(String.join(" ", words));
        }

        public void flood(int characters) {
            System.out.println("0".repeat(characters));
        }

        public String give(String word) {
            return word;
        }

        public void fail(String why) {
            throw new IllegalStateException(why);
        }

        public void nap(long millis) throws InterruptedException {
            Thread.sleep(millis);
        }

        public String slurp() throws java.io.IOException {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
