/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.QueueUnavailableException;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.slf4j.LoggerFactory;

/** What users are told when they mistyped something, and when a command is at fault. */
public class CommandFunctionTest {
    @Rule
    public final ShellFixture shell = new ShellFixture();

    private final Logger logger = (Logger) LoggerFactory.getLogger(CommandFunctionTest.class.getPackageName());
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @Before
    public void listen() {
        logged.start();
        logger.addAppender(logged);
        shell.processor.addCommand("batch", new CommandFunction("broken", Broken::new, null), "broken");
    }

    @After
    public void stop() {
        logger.detachAppender(logged);
    }

    @Test
    public void aFaultOfACommandIsOneLineForItsUserAndATraceInTheLog() {
        assertEquals("broken: NullPointerException: no shop (this node's log says more)", shell.refused("broken"));

        assertEquals(List.of("java.lang.NullPointerException"), warned());
    }

    @Test
    public void aFaultOfTheQueueIsToo() {
        shell.queue.failure = new ArithmeticException("/ by zero");

        assertEquals("ArithmeticException: / by zero (this node's log says more)", shell.refused("jobs"));

        assertEquals(List.of("java.lang.ArithmeticException"), warned());
    }

    @Test
    public void whatIsTypedWrongIsSaidInTheWordsOfTheShell() {
        String more = " ('jobs --help' says more)";
        assertThat(shell.refused("jobs --quue x"), containsString(" --tag: did you mean --queue?" + more));
        assertThat(shell.refused("jobs --zzz"), containsString("unknown option '--zzz', want one of --after"));
        assertEquals(
                "jobs: invalid value for option '--state' (STATE): 'exectuing', want one of blocked, scheduled,"
                        + " available, executing, retryable, completed, cancelled, discarded" + more,
                shell.refused("jobs --state exectuing"));
        assertEquals(
                "jobs: invalid value for option '--limit': 'few' is no whole number" + more,
                shell.refused("jobs -n few"));
        assertEquals("cron: want add, list, next, pause, resume, remove or run", shell.refused("cron"));
    }

    @Test
    public void whatUsersMustReckonWithIsNotLogged() {
        shell.queue.failure = new QueueUnavailableException("no queue-server is in sight");

        for (String line : List.of("jobs", "jobs --bogus", "push --priority 1000 x", "exec 'fail boom'")) {
            shell.refused(line);
        }

        assertEquals(List.of(), warned());
    }

    private List<String> warned() {
        return logged.list.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.INFO))
                .map(event -> event.getThrowableProxy().getClassName())
                .toList();
    }

    private static final class Broken extends Command {
        @Override
        Object run(CommandSession session, Surroundings here) {
            throw new NullPointerException("no shop");
        }
    }
}
