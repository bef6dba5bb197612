/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.is;
import static org.hamcrest.CoreMatchers.startsWith;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.After;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/** Drives the shell of a node, and commands of the system's shell, at a real terminal, and reads the screen. */
public class TerminalIT {
    private static final String PROMPT = "worker-1>";
    private static Grid grid;

    @Rule
    public final Timeout limit = Timeout.seconds(240);

    private Person person;

    @BeforeClass
    public static void start() throws IOException {
        grid = Grid.shared();
    }

    @Before
    public void attach() throws IOException {
        person = at("attach worker-1").sees(PROMPT);
    }

    @After
    public void leave() {
        person.close();
    }

    /** A command at a terminal of 100 columns and 40 rows. */
    private static Person at(String command) throws IOException {
        return grid.commands().atTerminal(100, 40, grid.home(), Batch.distribution() + "/bin/batch " + command);
    }

    /** Types this at an empty prompt. */
    private Person types(String text) throws IOException {
        return person.type(Person.CTRL_U + Person.CTRL_L)
                .sees("an empty prompt", PROMPT::equals)
                .type(text);
    }

    /** Types a line, and returns what stands between it and the next prompt. */
    private List<String> runs(String line) throws IOException {
        types(line + Person.ENTER).sees("the next prompt", screen -> screen.endsWith("\n" + PROMPT));
        List<String> lines = person.lines();
        return lines.subList(1, lines.size() - 1);
    }

    @Test
    public void aLineIsRunAndItsResultShown() throws Exception {
        assertEquals(List.of("4"), runs("(\"four\" length)"));
        String id = runs("push { echo typed }").get(0);
        assertThat(runs("wait " + id).get(1), containsString(id + "  completed"));
        assertEquals(List.of("typed"), runs("log " + id));
    }

    @Test
    public void whatFailsIsOneRedLineThatSaysWhatToDo() throws Exception {
        List<String> said = runs("push 'echo \"hello' --queue mail");
        assertThat(said.get(0), containsString("the script, line 1, column 6: the script ends, but a \" is missing"));
        said = runs("job nope");
        assertEquals(List.of("no job 'nope'"), said);
        assertTrue("red", person.isRed(said.get(0)));
    }

    @Test
    public void tabCompletesCommandsOptionsAndValues() throws Exception {
        grid.push("sleep 1", "--id", "terminal-job", "--queue", "terminal-queue", "--name", "terminal-name");
        types("snoo" + Person.TAB).sees(PROMPT + " snooze");
        types("jobs --new" + Person.TAB).sees(PROMPT + " jobs --newest");
        types("jobs --queue terminal" + Person.TAB).sees(PROMPT + " jobs --queue terminal-queue");
        types("jobs --state sched" + Person.TAB).sees(PROMPT + " jobs --state scheduled");
        types("jobs --name terminal" + Person.TAB).sees(PROMPT + " jobs --name terminal-name");
        types("job terminal-j" + Person.TAB).sees(PROMPT + " job terminal-job");
        types("drain work" + Person.TAB).sees(PROMPT + " drain worker-");
        types("help undr" + Person.TAB).sees(PROMPT + " help undrain");
        types("cron pau" + Person.TAB).sees(PROMPT + " cron pause");
    }

    @Test
    public void severalThatFitAreListedWithWhatTheyMean() throws Exception {
        types("export --" + Person.TAB)
                .sees("--queue")
                .sees("Only of this queue.")
                .sees("--state")
                .sees("--help");
    }

    @Test
    public void theArrowKeyBringsBackTheLineBefore() throws Exception {
        runs("echo first");
        runs("echo second");
        types(Person.UP).sees(PROMPT + " echo second");
        person.type(Person.UP).sees(PROMPT + " echo first");
        person.type(" again" + Person.ENTER).sees("\nfirst again\n" + PROMPT);
    }

    @Test
    public void ctrlCTakesBackALineAndStopsACommand() throws Exception {
        types("echo never").sees("echo never");
        person.type(Person.CTRL_C).sees("a fresh prompt", screen -> screen.endsWith("echo never^C\n" + PROMPT));
        String id = grid.push("echo late", "--delay", "1h");
        types("wait " + id + Person.ENTER).sees("wait " + id);
        person.type(Person.CTRL_C).sees("the next prompt", screen -> screen.endsWith("\n" + PROMPT));
        assertFalse(person.screen(), person.screen().contains("Exception"));
        grid.quick("cancel", id).ok();
        assertEquals(List.of("still here"), runs("echo still here"));
    }

    @Test
    public void topIsDrawnInPlaceAndEndsWithQAndCtrlC() throws Exception {
        for (String key : List.of("q", Person.CTRL_C)) {
            types("top" + Person.ENTER).sees("BUSY").sees("worker-1  ");
            String first = person.screen();
            person.sees("a second frame", screen -> occurrences(person.printed(), "\u001b[?7l") >= 2);
            assertEquals("one frame on the screen", 1, occurrences(person.screen(), "BUSY"));
            assertFalse(first, first.contains("?7"));
            person.type(key).sees("the next prompt", screen -> screen.endsWith("\n" + PROMPT));
            assertEquals(List.of("after top"), runs("echo after top"));
        }
    }

    @Test
    public void logFollowsUntilCtrlCAndTheJobGoesOn() throws Exception {
        String id = grid.push("each [1 2 3 4 5 6 7 8] { echo turn $it; sleep 1 }");
        types("log -f " + id + Person.ENTER).sees("turn 2");
        person.type(Person.CTRL_C).sees("the next prompt", screen -> screen.endsWith("\n" + PROMPT));
        assertFalse(person.screen(), person.screen().contains("Exception"));
        grid.awaitCompleted(List.of(id));
        assertEquals(
                "after it " + List.of("turn 1", "turn 2"),
                List.of("turn 1", "turn 2"),
                runs("log " + id).subList(0, 2));
    }

    @Test
    public void theBarIsDrawnInPlaceAndLeavesTheTable() throws Exception {
        String id = grid.push("sleep $1", "--each", "1", "1", "2", "3");
        types("wait --bar " + id + Person.ENTER).sees("/4").sees("100 %").sees("completed");
        person.sees("the next prompt", screen -> screen.endsWith("\n" + PROMPT));
        assertEquals(person.screen(), 1, occurrences(person.screen(), "%"));

        String slow = grid.push("sleep 30", "--each", "1", "2");
        types("wait --bar " + slow + Person.ENTER).sees("0/2");
        person.type(Person.CTRL_C).sees("the next prompt", screen -> screen.endsWith("\n" + PROMPT));
        assertFalse(person.screen(), person.screen().contains("Exception"));
        grid.quick("cancel", slow).ok();
    }

    @Test
    public void statesHaveColoursAndTablesFitAlsoWhenTheWindowIsMadeNarrower() throws Exception {
        String name = "a-name-that-is-longer-than-all-the-others-".repeat(2);
        String bad = grid.push("throw broken", "--max-attempts", "1", "--name", name);
        grid.quick("wait", bad);
        runs("jobs --name " + name);
        assertNotEquals("a state has a colour", "", person.colourOf("discarded"));
        assertEquals("an id has none", "", person.colourOf(bad));
        assertTrue(person.screen(), person.screen().contains("…"));

        person.resize(70, 40);
        await("the node knows").atMost(Duration.ofSeconds(20)).until(() -> runs("echo $COLUMNS"), is(List.of("70")));
        List<String> narrow = runs("jobs --name " + name);
        int first = narrow.size() - 2;
        assertThat("no row is broken", narrow.get(first), startsWith("ID "));
        assertThat(narrow.get(first + 1), startsWith(bad));
    }

    @Test
    public void aCommandOfTheSystemsShellHasTheSameColoursAndWidth() throws Exception {
        String name = "another-name-that-is-longer-than-all-the-others-".repeat(2);
        String bad = grid.push("throw broken", "--max-attempts", "1", "--name", name);
        grid.quick("wait", bad);
        try (Person other = at("jobs --name " + name)) {
            assertEquals(other.screen(), 0, other.status());
            assertEquals(other.screen(), 2, other.lines().size());
            assertNotEquals("a state has a colour", "", other.colourOf("discarded"));
        }
        try (Person other = grid.commands()
                .atTerminal(
                        100,
                        40,
                        grid.home(),
                        "env NO_COLOR=1 " + Batch.distribution() + "/bin/batch jobs --name " + name)) {
            assertEquals(other.screen(), 0, other.status());
            assertEquals("", other.colourOf("discarded"));
        }
    }

    @Test
    public void ctrlCEndsACommandOfTheSystemsShellWithTheUsualStatus() throws Exception {
        try (Person other = at("top")) {
            other.sees("BUSY").type(Person.CTRL_C);
            assertEquals(other.screen(), 130, other.status());
        }
        String id = grid.push("sleep 20");
        try (Person other = at("wait --bar " + id)) {
            other.sees("0/1").type(Person.CTRL_C);
            assertEquals(other.screen(), 130, other.status());
        }
        try (Person other = at("log -f " + id)) {
            grid.awaitJob(id, "executing");
            other.type(Person.CTRL_C);
            assertEquals(other.screen(), 130, other.status());
        }
        grid.quick("cancel", id).ok();
    }

    @Test
    public void ctrlDLeavesTheNodeRunningAndTheTerminalAsItWas() throws Exception {
        person.close();
        person = grid.commands()
                .atTerminal(
                        100,
                        40,
                        grid.home(),
                        "sh -c '" + Batch.distribution() + "/bin/batch attach worker-1; stty -a'");
        person.sees(PROMPT).type(Person.CTRL_D);
        assertEquals(person.screen(), 0, person.status());
        assertThat(person.screen(), containsString(" icanon"));
        assertThat(person.screen(), containsString("isig "));
        assertThat(person.screen(), containsString(" echo "));
        assertTrue(grid.node("worker-1").process().isAlive());
    }

    private static int occurrences(String text, String part) {
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) count++;
        return count;
    }
}
