/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import static org.gridbatch.shell.FakeQueue.view;
import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.JobState;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ExportImportTest {
    @Rule
    public final ShellFixture shell = new ShellFixture();

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Before
    public void go() {
        shell.session.currentDir(folder.getRoot().toPath());
    }

    @Test
    public void whatIsExportedIsImportedWithAllItsOptions() throws Exception {
        shell.execute("push 'say \"1\u00e4\"' --id j1 --queue mail --name n --tag a=b --arg x --arg y --max-attempts 3"
                + " --backoff 5s..1h --timeout 10m --delay 5m --at 2030-02-01T00:00:00Z --deadline 2030-03-01T00:00:00Z"
                + " --tenant acme --priority 5 --key k --limit-key l --requires '(cpus>=4)' --needs cw --rank -load"
                + " --after j0 --after-any j9 --unique u --unique-for 1h");
        shell.execute("push 'say two' --id j2");
        List<JobSpec> before = specs();
        Path file = exported("export");
        shell.queue.jobs.clear();

        assertEquals("2 jobs can be imported", shell.shown("import jobs.jsonl --dry-run"));
        assertEquals(List.of(), specs());
        assertEquals("2 jobs imported", shell.shown("import jobs.jsonl"));
        assertEquals(before, specs());
        assertEquals("2 jobs imported, 2 of them known already", shell.shown("import " + file));
        assertEquals("{\"jobs\":2,\"known\":2,\"dryRun\":false}", shell.shown("import jobs.jsonl --json"));
    }

    @Test
    public void onlyWhatIsAskedForIsExportedAndNothingThatIsFinalOrAnArray() throws Exception {
        shell.execute("push x --id j1 --queue mail");
        shell.execute("push x --id j2");
        shell.queue.put(view("j3", JobState.DISCARDED), "x");
        shell.execute("push x --id a --each 1 2");

        assertEquals("j1", ids("export --queue mail"));
        assertEquals("j1 j2", ids("export"));
        assertThat(
                shell.printed(),
                containsString(
                        "note: array a was left out, with 2 items that are not final: 'jobs --array a --json' has its items\n"));
        assertEquals("j3", ids("export --state discarded"));
    }

    @Test
    public void aBadLineIsNamedAndNothingOfItsPageIsSubmitted() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 1_002; i++) lines.add("{\"jobId\":\"j" + i + "\",\"script\":\"say " + i + "\"}");
        lines.add(3, "");
        lines.add("{\"jobId\":\"bad\",\"script\":\"say\",\"scrpt\":\"say\"}");
        write(lines);

        assertEquals(
                "import: line 1004: there is no field 'scrpt'; nothing of lines 1002 to 1004 was submitted, what is"
                        + " before is in the queue",
                shell.refused("import jobs.jsonl"));
        assertEquals(1_000, specs().size());
        assertEquals(
                "import: line 1004: there is no field 'scrpt'; nothing of lines 1002 to 1004 was submitted",
                shell.refused("import jobs.jsonl --dry-run"));
    }

    @Test
    public void everyKindOfBadLineSaysWhatIsWrong() throws Exception {
        assertBad("no JSON", "nonsense");
        assertBad("no JSON", "{\"jobId\":\"a\",");
        assertBad("the script is empty, want Gogo text: job a", "{\"jobId\":\"a\",\"script\":\" \"}");
        assertBad("job id", "{\"script\":\"x\"}");
        assertBad("field timeout: 'soon' is no duration", "{\"jobId\":\"a\",\"script\":\"x\",\"timeout\":\"soon\"}");
        assertBad("field notBefore: 'soon' is no instant", "{\"jobId\":\"a\",\"script\":\"x\",\"notBefore\":\"soon\"}");
        assertBad("the script of job a", "{\"jobId\":\"a\",\"script\":\"{ x\"}");
        assertBad("it is null", "null");
        assertBad("something follows the object", "{\"jobId\":\"a\",\"script\":\"x\"} {}");
        assertEquals(
                "a line of less than a job needs is enough",
                "1 job imported",
                imported("{\"jobId\":\"a\",\"script\":\"x\"}"));
    }

    @Test
    public void whereItWasExportedFromAJobIsKnownThoughItSaysMoreThere() throws Exception {
        shell.execute("push 'say one' --id j1");
        shell.execute("push 'say two' --id j2");
        exported("export");
        shell.queue.jobs.remove("j2");
        shell.queue.conflicts = true;

        assertEquals("2 jobs imported, 1 of them known already", shell.shown("import jobs.jsonl"));
        write(List.of("{\"jobId\":\"j1\",\"script\":\"say other\"}"));
        assertEquals("import: lines 1 to 1: job j1 is known with another content", shell.refused("import jobs.jsonl"));
    }

    private void assertBad(String why, String line) throws Exception {
        write(List.of(line));
        assertThat(shell.refused("import jobs.jsonl"), containsString("import: line 1: "));
        assertThat(shell.refused("import jobs.jsonl"), containsString(why));
        assertEquals(List.of(), specs());
    }

    private String imported(String line) throws Exception {
        write(List.of(line));
        return shell.shown("import jobs.jsonl");
    }

    private void write(List<String> lines) throws Exception {
        Files.write(folder.getRoot().toPath().resolve("jobs.jsonl"), lines);
    }

    private List<JobSpec> specs() {
        return shell.queue.jobs.values().stream().map(job -> job.spec()).toList();
    }

    private Path exported(String line) throws Exception {
        Path file = folder.getRoot().toPath().resolve("jobs.jsonl");
        Files.writeString(file, (String) shell.execute(line + " | slurp"));
        return file;
    }

    private String ids(String line) throws Exception {
        return Files.readAllLines(exported(line)).stream()
                .map(each -> JobLines.read(each).jobId())
                .reduce((one, other) -> one + " " + other)
                .orElse("");
    }
}
