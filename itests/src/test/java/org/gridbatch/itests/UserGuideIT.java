/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.rules.Timeout;

/** Types in the user guide from its beginning to its end, as a newcomer does, and sees what it says. */
public class UserGuideIT {
    private static final Path PAGE = Path.of("..", "docs", "user-guide.md");
    private static final int STEP_SECONDS = 60;
    private static final int COLUMNS = 200;
    private static final int ROWS = 100;

    /** Takes the names of files with commands, and says how each ended; variables last from one to the next. */
    private static final String SHELL =
            "while IFS= read -r step; do . \"$step\" >\"$step.out\" 2>&1 </dev/null; echo $?; done";

    @Rule
    public final Timeout limit = Timeout.seconds(600);

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    /** All that is not as the guide says: who has changed a command's output sees every place. */
    private final List<String> wrong = new ArrayList<>();

    private final List<Person> people = new ArrayList<>();
    private Batch batch;
    private Process shell;
    private BufferedReader statuses;
    private Person atNode;

    @Before
    public void sitDown() throws IOException {
        Path home = home();
        batch = new Batch(home)
                .with("GRIDBATCH_ZOOKEEPER", "127.0.0.1:" + Grid.freePort())
                .with("GRIDBATCH_DATA", home.resolve("data").toString());
        Files.createSymbolicLink(home.resolve("batch"), Batch.distribution().resolve("bin/batch"));
        shell = batch.startCommand(List.of("sh", "-c", SHELL));
        statuses = new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.UTF_8));
    }

    @After
    public void leaveNothing() {
        List<ProcessHandle> started = new ArrayList<>(List.of(shell.toHandle()));
        people.forEach(person -> person.handle().ifPresent(started::add));
        for (ProcessHandle one : List.copyOf(started)) one.descendants().forEach(started::add);
        started.forEach(ProcessHandle::destroyForcibly);
        people.forEach(Person::close);
        Batch.awaitTrue("all have ended", 10, () -> started.stream().noneMatch(ProcessHandle::isAlive));
    }

    private Path home() {
        return folder.getRoot().toPath();
    }

    @Test
    public void everyCommandOfTheGuideDoesWhatTheGuideSays() throws Exception {
        Guide guide = Guide.read(PAGE);
        assertEquals(List.of(), guide.mistakes());
        assertTrue("a tour has more steps", guide.steps().size() > 80);
        Person up = null;
        for (Guide.Step step : guide.steps()) {
            if (step.stays()) up = stay(step);
            else if (step.key() != null) leave(step);
            else if (step.isAtNode()) atNode(step);
            else inShell(step);
        }
        assertTrue(String.join("\n", wrong), wrong.isEmpty());
        assertEquals("Ctrl-C\n" + up.screen(), 130, up.type(Person.CTRL_C).status());
    }

    private Person atTerminal(Guide.Step step) throws IOException {
        Person person = batch.atTerminal(COLUMNS, ROWS, home(), step.command());
        people.add(person);
        return person;
    }

    private Person stay(Guide.Step step) throws IOException {
        return atTerminal(step).sees("worker-2 is up");
    }

    /** A command with a screen of its own, or a shell. */
    private void leave(Guide.Step step) throws IOException {
        Person person = atTerminal(step);
        person.sees("something", screen -> !screen.isBlank());
        check(step, person.type(step.key()).status() == 0, person.screen());
    }

    private void atNode(Guide.Step step) throws IOException {
        String prompt = step.prompt();
        if (atNode == null) {
            atNode = batch.atTerminal(COLUMNS, ROWS, home(), "./batch attach " + step.node());
            people.add(atNode);
            atNode.sees(prompt);
        }
        atNode.type(Person.CTRL_L).sees("an empty screen", prompt::equals);
        atNode.type(step.command() + Person.ENTER).sees("the next prompt", screen -> screen.endsWith("\n" + prompt));
        int echoed = (prompt.length() + 1 + step.command().length()) / COLUMNS + 1;
        List<String> lines = atNode.lines();
        List<String> printed = lines.subList(echoed, lines.size() - 1);
        boolean failed = printed.stream().anyMatch(line -> !line.isEmpty() && atNode.isRed(line));
        check(step, !failed, String.join("\n", printed));
    }

    private void inShell(Guide.Step step) throws Exception {
        Path file = home().resolve("step-" + step.line());
        Files.writeString(file, step.command() + "\n");
        OutputStream in = shell.getOutputStream();
        in.write((file + "\n").getBytes(StandardCharsets.UTF_8));
        in.flush();
        CompletableFuture<String> status = CompletableFuture.supplyAsync(() -> {
            try {
                return statuses.readLine();
            } catch (IOException e) {
                return e.toString();
            }
        });
        String ended;
        try {
            ended = status.get(STEP_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            ended = "still running after " + STEP_SECONDS + " s";
        }
        String printed = Files.readString(home().resolve(file + ".out"));
        if (ended == null || !ended.matches("[01]")) throw new AssertionError(describe(step, printed) + ended);
        check(step, ended.equals("0"), printed);
    }

    private void check(Guide.Step step, boolean succeeded, String printed) {
        if (Boolean.getBoolean("guide.print")) System.out.println(describe(step, printed));
        if (succeeded == step.fails()) {
            wrong.add(describe(step, printed) + (succeeded ? "It is said to fail.\n" : "It failed.\n"));
        } else if (!step.isShown(printed)) {
            wrong.add(describe(step, printed) + "The guide shows:\n" + String.join("\n", step.shown()) + "\n");
        }
    }

    private static String describe(Guide.Step step, String printed) {
        return "line " + step.line() + " of the guide: " + step.command() + "\nIt printed:\n" + printed + "\n";
    }
}
