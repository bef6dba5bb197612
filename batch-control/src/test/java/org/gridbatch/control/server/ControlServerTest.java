/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.control.server;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.awaitility.Awaitility;
import org.gridbatch.control.ControlClient;
import org.gridbatch.control.Frame;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.rules.Timeout;
import org.osgi.framework.BundleContext;

public class ControlServerTest {
    @Rule
    public TemporaryFolder folder = new TemporaryFolder();

    @Rule
    public Timeout timeout = Timeout.seconds(30);

    /** One for all tests, never stopped: a thread that outlives its test would put the streams of its own one back. */
    private static final ThreadIOImpl THREAD_IO = new ThreadIOImpl();

    static {
        THREAD_IO.start();
    }

    private final Commands commands = new Commands();
    private CommandProcessorImpl processor;
    private final String home = System.getProperty("user.home");
    private Path socket;
    private ControlServer server;

    /** What the node of these tests can do. */
    public final class Commands {
        final CountDownLatch started = new CountDownLatch(1);
        final CountDownLatch interrupted = new CountDownLatch(1);

        public String words(String[] words) {
            return String.join("|", words);
        }

        public void fails() {
            throw new IllegalStateException("there is no ZooKeeper");
        }

        public void lacks() {
            throw new NoClassDefFoundError("org/example/Gone");
        }

        public String first(CommandSession session) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c; (c = session.getKeyboard().read()) >= 0 && c != '\n'; ) line.append((char) c);
            return line.toString();
        }

        public void hangs() throws InterruptedException {
            started.countDown();
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        }

        public String columns(CommandSession session) {
            return session.get("COLUMNS") + " " + session.get("LINES") + " " + session.get("NO_COLOR");
        }

        public String directory(CommandSession session) {
            return session.currentDir().toString();
        }

        public void child(CommandSession session) {
            processor.createSession(session).close();
        }

        public void printsInterrupted() {
            Thread.currentThread().interrupt();
            System.out.println("one");
            System.out.println("two");
        }

        public void complains(CommandSession session) {
            System.err.println("beware");
        }
    }

    @Before
    public void start() throws IOException {
        // The shell keeps its history there.
        System.setProperty("user.home", folder.getRoot().toString());
        processor = new CommandProcessorImpl(THREAD_IO);
        for (String function : List.of(
                "words",
                "fails",
                "first",
                "hangs",
                "complains",
                "printsInterrupted",
                "child",
                "columns",
                "directory",
                "lacks")) {
            processor.addCommand("test", commands, function);
        }
        Function overflow = (session, arguments) -> {
            throw new StackOverflowError();
        };
        processor.addCommand("test", overflow, "overflows");
        socket = folder.getRoot().toPath().resolve("n.sock");
        server = new ControlServer(processor, withHomeOnly(), config(socket.toString()));
    }

    @After
    public void stop() throws IOException {
        server.stop();
        System.setProperty("user.home", home);
        processor.stop();
    }

    @Test
    public void wordsReachACommandAsTheyAre() throws IOException {
        Result result = run("words", "a b", "", "$x", "'q'", "-f", "{ echo }");
        assertEquals(0, result.exit.status());
        assertEquals("a b||$x|'q'|-f|{ echo }\n", result.out);
    }

    @Test
    public void aLineIsGogo() throws IOException {
        Result result = run(Frame.of(Frame.Type.LINE, List.of("x = 5; words $x (words 6 7)")), "");
        assertEquals("5|6|7\n", result.out);
    }

    @Test
    public void aFailureIsOneLineAndStatusOne() throws IOException {
        Result result = run("fails");
        assertEquals(1, result.exit.status());
        assertEquals("there is no ZooKeeper", result.exit.message());
    }

    @Test
    public void anErrorIsNamed() throws IOException {
        assertEquals(new ControlClient.Exit(1, "StackOverflowError"), run("overflows").exit);
        assertEquals(new ControlClient.Exit(1, "NoClassDefFoundError: org/example/Gone"), run("lacks").exit);
    }

    @Test
    public void aSessionThatCannotBeMadeIsAFailureAndNoEndlessWait() throws IOException {
        processor.stop();
        ControlClient.Exit exit = run("words").exit;
        assertEquals(1, exit.status());
        assertTrue(exit.message(), exit.message().contains("stopped"));
    }

    @Test
    public void anUnknownCommandIsNamed() throws IOException {
        assertTrue(run("nonsense").exit.message().contains("'nonsense'"));
        assertTrue(run("echo;rm").exit.message().contains("'echo;rm'"));
    }

    @Test
    public void theHelpThatIsNamedIsTheOneAtHand() throws IOException {
        assertEquals(
                "there is no command 'nonsense': see 'batch help'",
                run("nonsense").exit.message());
        assertEquals(
                "there is no command 'nonsense': see 'help'",
                run(Frame.of(Frame.Type.LINE, List.of("nonsense")), "").exit.message());
    }

    @Test
    public void aCommandKnowsTheTerminalThatItsClientHas() throws IOException {
        for (Frame frame :
                List.of(Frame.of(Frame.Type.RUN, List.of("columns")), Frame.of(Frame.Type.LINE, List.of("columns")))) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (ControlClient client = new ControlClient(socket)) {
                client.terminal(132, 40, true);
                client.run(frame, InputStream.nullInputStream(), out, out);
            }
            try (ControlClient client = new ControlClient(socket)) {
                client.terminal(80, 0, false);
                client.run(frame, InputStream.nullInputStream(), out, out);
            }
            assertEquals("132 40 null\n80 null 1\n", out.toString(StandardCharsets.UTF_8));
            assertEquals("no terminal", "null null 1\n", run(frame, "").out);
        }
    }

    @Test
    public void relativeFileNamesBeginWhereTheClientIs() throws IOException {
        Path there = socket.toAbsolutePath().getParent();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ControlClient client = new ControlClient(socket)) {
            client.terminal(132, 40, true);
            client.directory(there);
            client.run(Frame.of(Frame.Type.RUN, List.of("directory")), InputStream.nullInputStream(), out, out);
        }
        assertEquals(there + "\n", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    public void theTwoStreamsStayApart() throws IOException {
        Result result = run("complains");
        assertEquals("", result.out);
        assertEquals("beware\n", result.err);
    }

    @Test
    public void standardInputIsReadWhenACommandWantsIt() throws IOException {
        assertEquals("hello\n", run(Frame.of(Frame.Type.RUN, List.of("first")), "hello\nrest").out);
    }

    @Test
    public void standardInputIsLeftAloneOtherwise() throws IOException {
        InputStream untouchable = new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("somebody read");
            }
        };
        try (ControlClient client = new ControlClient(socket)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            assertEquals(
                    0,
                    client.run(Frame.of(Frame.Type.RUN, List.of("words", "x")), untouchable, out, out)
                            .status());
        }
    }

    @Test
    public void aClientThatGoesInterruptsWhatItStarted() throws Exception {
        ControlClient client = new ControlClient(socket);
        Thread caller = new Thread(() -> {
            try {
                client.run(
                        Frame.of(Frame.Type.RUN, List.of("hangs")),
                        InputStream.nullInputStream(),
                        System.out,
                        System.err);
            } catch (IOException e) {
                // Closed below.
            }
        });
        caller.start();
        assertTrue(commands.started.await(10, TimeUnit.SECONDS));
        client.close();
        assertTrue("the command was interrupted", commands.interrupted.await(10, TimeUnit.SECONDS));
        caller.join(10_000);
    }

    @Test
    public void aCommandCanMakeAChildOfItsSession() throws IOException {
        assertEquals("", run("child").exit.message());
    }

    @Test
    public void anInterruptedCommandDoesNotHangUpOnItsUser() throws IOException {
        assertEquals("", run("printsInterrupted").exit.message());
    }

    @Test
    public void controlCEndsTheCommandAndNotTheShell() throws Exception {
        Typist typist = new Typist();
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        CompletableFuture<ControlClient.Exit> shell = CompletableFuture.supplyAsync(() -> {
            try (ControlClient client = new ControlClient(socket)) {
                return client.run(Frame.of(Frame.Type.ATTACH, List.of("dumb", "80", "24")), typist, screen, screen);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        awaitOn(screen, "n> ");
        typist.types("abc\003");
        awaitOn(screen, "n> ");
        typist.types("hangs\r");
        assertTrue(commands.started.await(10, TimeUnit.SECONDS));
        typist.types("\003");
        assertTrue("the command was interrupted", commands.interrupted.await(10, TimeUnit.SECONDS));
        typist.types("printsInterrupted\r");
        awaitOn(screen, "n> ");
        typist.types("words still here\r");
        awaitOn(screen, "still|here");
        typist.types("nonsense\r");
        awaitOn(screen, "there is no command 'nonsense': see 'help'");
        typist.types("exit\r");
        awaitOn(screen, "there is no command 'exit': Ctrl-D leaves this shell");
        typist.types("\004");

        assertEquals(0, shell.get(10, TimeUnit.SECONDS).status());
    }

    @Test
    public void commandsOfTheGridDeclareTheirCompletionWhenAShellOpens() throws Exception {
        AtomicReference<Object> completions = new AtomicReference<>();
        processor.addCommand(
                "batch",
                (Function) (session, arguments) -> {
                    completions.set(Shell.getCompletions(session));
                    return null;
                },
                "_completions");
        Typist typist = new Typist();
        typist.types("\004");
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        try (ControlClient client = new ControlClient(socket)) {
            Frame attach = Frame.of(Frame.Type.ATTACH, List.of("dumb", "80", "24"));
            assertEquals(0, client.run(attach, typist, screen, screen).status());
        }
        assertEquals("they can be added to", new HashMap<>(), completions.get());
    }

    private static void awaitOn(ByteArrayOutputStream screen, String text) {
        Awaitility.await("'" + text + "' on the screen")
                .atMost(Duration.ofSeconds(10))
                .until(() -> screen.toString(StandardCharsets.UTF_8).contains(text));
        screen.reset();
    }

    @Test
    public void onlyThisUserMayConnect() throws IOException {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
    }

    @Test
    public void nothingIsLeftAfterAStop() throws IOException {
        server.stop();
        Awaitility.await("the socket is gone").atMost(Duration.ofSeconds(5)).until(() -> !Files.exists(socket));
        assertFalse(Files.exists(socket.resolveSibling("n.node")));
    }

    @Test
    public void aPathThatNoSocketCanHaveIsRefusedWithTheReason() {
        String path = "/tmp/" + "x".repeat(120);
        Exception refusal =
                assertThrows(IllegalArgumentException.class, () -> new ControlServer(processor, null, config(path)));
        assertTrue(refusal.getMessage(), refusal.getMessage().contains("GRIDBATCH_RUN"));
    }

    /** A keyboard. */
    private static final class Typist extends InputStream {
        private final BlockingQueue<Integer> keys = new LinkedBlockingQueue<>();

        void types(String text) {
            text.chars().forEach(keys::add);
        }

        @Override
        public int read() throws IOException {
            try {
                return keys.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            bytes[offset] = (byte) read();
            return 1;
        }
    }

    private record Result(ControlClient.Exit exit, String out, String err) {}

    private Result run(String... words) throws IOException {
        return run(Frame.of(Frame.Type.RUN, List.of(words)), "");
    }

    private Result run(Frame frame, String input) throws IOException {
        return run(frame, new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    }

    private Result run(Frame frame, InputStream input) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (ControlClient client = new ControlClient(socket)) {
            ControlClient.Exit exit = client.run(frame, input, out, err);
            return new Result(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        }
    }

    private BundleContext withHomeOnly() {
        return (BundleContext) Proxy.newProxyInstance(
                ControlServerTest.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) -> method.getName().equals("getProperty") && arguments[0].equals("gosh.home")
                        ? folder.getRoot().toString()
                        : null);
    }

    private static ControlServer.Config config(String path) {
        return new ControlServer.Config() {
            @Override
            public Class<? extends Annotation> annotationType() {
                return ControlServer.Config.class;
            }

            @Override
            public String node() {
                return "n";
            }

            @Override
            public String role() {
                return "worker";
            }

            @Override
            public String zookeeper() {
                return "127.0.0.1:1";
            }

            @Override
            public String socket() {
                return path;
            }

            @Override
            public int max_connections() {
                return 10;
            }
        };
    }
}
