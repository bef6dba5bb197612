/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gridbatch.itests.ace.AceServer;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/**
 * What an administrator of Apache ACE does: scripts of ACE's own, unchanged, for thousands of customers. A bundle of this
 * test stands for ACE; what came of it is read from its server's files, which know nothing of Gridbatch.
 */
public class AceIT {
    private static final int CUSTOMERS = 1_000;
    private static final int UNKNOWN = 30;
    private static final int TWICE = 300;

    /** As ACE's users write it, but for the customer's name. */
    private static final String UPDATE = """
            w = (cw shop $1 $1)
            $w commit
            rw $w
            """;

    private static final String NO_COMMIT = "Cannot coerce commit() to any of []";
    private static final Pattern ITEM = Pattern.compile("\"item\":\"([^\"]*)\"");
    private static final Pattern RESCUED = Pattern.compile("\"rescues\":[1-9]");

    @ClassRule
    public static final Grid grid = new Grid();

    private static AceServer ace;
    private static Path script;

    @Rule
    public final Timeout limit = Timeout.seconds(180);

    @BeforeClass
    public static void start() throws IOException {
        Path server = grid.home().resolve("ace");
        ace = new AceServer(server).create();
        ace.updateStore("shop", "1");
        script = Files.writeString(grid.home().resolve("update.gogo"), UPDATE);
        Path bundle = AceBundle.write(grid.home().resolve("ace.jar"));
        grid.commands().with(AceServer.VARIABLE, server.toString());
        grid.start("server", "server", "--with-zookeeper", "--set", "queue.lease.seconds=4");
        for (String worker : List.of("worker-1", "worker-2", "worker-3")) {
            grid.start("worker", worker, "--set", "bundles=" + bundle, "--set", "ace.commands=true");
        }
        grid.awaitUp("server", "worker-1", "worker-2", "worker-3");
    }

    /**
     * Some of the customers are in a second array. Its tenant is another one, so that the two take turns and come to the same
     * customer at the same time: only the key keeps them apart.
     */
    @Test
    public void aShopUpdateMakesOneVersionForEachCustomerThoughAWorkerIsKilled() throws Exception {
        Set<String> known = names("customer-", CUSTOMERS);
        Set<String> unknown = names("unknown-", UNKNOWN);
        for (String customer : known) ace.addCustomer(customer, "1");
        ace.updateStore("shop", "2");
        List<String> items = new ArrayList<>(known);
        items.addAll(unknown);
        Collections.shuffle(items, new Random(42));
        List<String> twice = items.subList(0, TWICE);
        Path lines = Files.write(grid.home().resolve("customers"), items);
        Path some = Files.write(grid.home().resolve("some"), twice);

        String all = update(2, "--lines", lines.toString(), "--key-each");
        String again = update(2, "--lines", some.toString(), "--key-each", "--tenant", "other");
        Batch.awaitTrue("some customers are done", 60, () -> ace.customersAt("2") > TWICE / 2);
        killAtWork("worker-2");

        for (String array : List.of(all, again)) {
            Batch.Result wait = grid.quick("wait", "--for", "90s", array);
            assertNotEquals("the unknown customers are no success: " + wait.out(), 0, wait.status());
            assertTrue(wait.err(), wait.err().contains("array " + array + " is "));
        }
        for (String customer : known) assertEquals(customer, List.of("1", "2"), ace.versions(customer));
        Set<String> parallel = ace.parallel();
        parallel.retainAll(known);
        assertEquals("customers for whom two scripts worked at once", Set.of(), parallel);
        List<String> ended = new ArrayList<>(assertEnded(all, known, unknown));
        ended.addAll(assertEnded(again, those(known, twice), those(unknown, twice)));
        assertTrue(
                "jobs of the killed worker were rescued",
                ended.stream().anyMatch(line -> RESCUED.matcher(line).find()));
        for (String failed : history(all, "discarded", UNKNOWN)) assertSaysWhy(failed);
    }

    /** The error is what came of it; what was wrong is what {@code cw} printed. */
    private static void assertSaysWhy(String failed) {
        String why = "there is no repository for the customer '" + value(failed, "item") + "'";
        String id = value(failed, "jobId");
        String printed = grid.quick("log", "--err", id).ok();
        assertTrue(printed, printed.contains(why));
        String shown = grid.quick("job", id).ok();
        assertTrue(shown, shown.lines().anyMatch(line -> line.startsWith("stderr ") && line.endsWith(why)));
    }

    /** Every known customer's item has completed, every other one has failed and says why, in the history. */
    private static List<String> assertEnded(String array, Set<String> known, Set<String> unknown) {
        List<String> completed = history(array, "completed", known.size());
        assertEquals(known, items(completed));
        List<String> discarded = history(array, "discarded", unknown.size());
        assertEquals(unknown, items(discarded));
        for (String line : discarded) assertTrue(line, line.contains(NO_COMMIT));
        assertEquals(List.of(), history(array, "cancelled", 0));
        return completed;
    }

    private static Set<String> those(Set<String> names, List<String> among) {
        return new TreeSet<>(among.stream().filter(names::contains).toList());
    }

    /** The same without the key: what the other test relies on to see parallel work does see it. */
    @Test
    public void withoutAKeyParallelCommitsOfOneCustomerFailAndAreNoticed() throws Exception {
        ace.addCustomer("alone", "0");

        String array = update(1, "--each", "alone", "alone", "alone", "alone", "alone", "alone");

        Batch.awaitTrue("the array ends", 30, () -> isFinal(array));
        assertTrue(ace.parallel().contains("alone"));
        assertEquals("one commit made a version", 2, ace.versions("alone").size());
        Batch.awaitTrue(
                "what failed is in the history",
                20,
                () -> !history(array, "discarded").isEmpty());
        for (String line : history(array, "discarded")) {
            assertTrue(line, line.contains("IllegalStateException: the workspace of 'alone' is out of date"));
        }
    }

    @Test
    public void aScriptOfCwAloneLooksSuccessfulUnlessItIsToldToFailOnNoResult() throws Exception {
        String looksGood = grid.push("cw shop nobody nobody");
        grid.awaitCompleted(List.of(looksGood));
        String printed = grid.quick("log", "--err", looksGood).ok();
        assertTrue(
                printed, printed.contains("FileNotFoundException: there is no repository for the customer 'nobody'"));

        String strict = grid.push("cw shop nobody nobody", "--fail-on", "no-result", "--max-attempts", "1");
        grid.awaitJob(strict, "discarded");
    }

    @Test
    public void aScriptThatTriesLeavesNoWorkspaceOpenAndFailsAllTheSame() throws Exception {
        ace.addCustomer("tried", "0");
        int before = ace.openWorkspaces().size();

        String id = grid.push(
                "w = (cw shop tried tried); try { throw 'no' } { rw $w; throw $exception }; rw $w",
                "--max-attempts",
                "1");

        assertTrue(grid.awaitJob(id, "discarded").contains("no"));
        assertEquals(before, ace.openWorkspaces().size());
    }

    @Test
    public void aceQueueIsDurableAndSharedByTheNodesAndReportsWhatWasRun() throws Exception {
        ace.addCustomer("queued", "0");
        String script = "w = (cw shop $1 $1); $w commit; rw $w".replace("$1", "queued");
        String id = grid.line("worker-1", "queue:put [script='" + script + "' type=shared customer=queued]")
                .ok()
                .strip();

        assertEquals("true", said("worker-3", "queue:contains '(&(type=shared)(customer=q*))'"));
        assertEquals("false", said("worker-3", "queue:contains '(type=other)'"));
        assertTrue(grid.awaitJob(id, "available").contains("ace"));
        assertTrue(grid.quick("why", id).ok().contains("taken-by=queue:get"));
        grid.line("worker-3", "script:executeAll (queue:get '(type=shared)')").ok();

        assertEquals(2, ace.versions("queued").size());
        assertTrue(grid.awaitJob(id, "completed").matches("(?s).*worker +worker-3-shell\n.*"));
        assertEquals("false", said("worker-1", "queue:contains '(type=shared)'"));
    }

    @Test
    public void whatASessionTookAndDidNotRunGoesBack() throws Exception {
        String id = said("worker-1", "queue:put [script='echo done' type=back]");

        assertTrue(said("worker-3", "queue:get '(type=back)'").contains("echo done"));

        Batch.awaitTrue(
                "the job is there again",
                20,
                () -> said("worker-1", "queue:contains '(type=back)'").equals("true"));
        grid.quick("cancel", id).ok();
    }

    /** As a schedule does it. The first script takes longer than what the shell needs to notice a closed session. */
    @Test
    public void aJobGetsOthersAndRunsThem() throws Exception {
        String put = "queue:put [script='sleep 3; echo one' type=slow] [script='echo two' type=slow]";
        String ids = said("worker-1", put);

        String job = grid.push("if { queue:contains '(type=slow)' } { script:executeAll (queue:get '(type=slow)') }");

        grid.awaitCompleted(List.of(job));
        for (String id : ids.split("\\s+")) grid.awaitJob(id, "completed");
        assertEquals("one\ntwo\n", grid.quick("log", job).ok());
    }

    @Test
    public void withoutTheSettingThereAreNoCommandsOfAce() throws IOException {
        Batch.Result refused = grid.line("server", "queue:contains");
        assertNotEquals(refused.out(), 0, refused.status());
        assertTrue(refused.err(), refused.err().contains("queue:contains"));
    }

    @Test
    public void aScriptThatFailsBeforeRwLeavesItsWorkspaceOpen() throws Exception {
        ace.addCustomer("left-open", "0");
        int before = ace.openWorkspaces().size();

        String id = grid.push("w = (cw shop left-open left-open); throw 'no'; rw $w", "--max-attempts", "1");

        grid.awaitJob(id, "discarded");
        assertEquals(before + 1, ace.openWorkspaces().size());
    }

    @Test
    public void bundlesThatAreNoneAreNamed() throws IOException {
        Path text = Files.writeString(grid.home().resolve("text.jar"), "no archive");
        Batch.Result refused = grid.batch("worker", "--name", "worker-4", "--set", "bundles=" + text);
        assertEquals(refused.out(), 1, refused.status());
        assertTrue(refused.err(), refused.err().contains(text.toString()));
        assertFalse(refused.err(), refused.err().contains("\tat "));
    }

    private static String said(String node, String line) throws IOException {
        return grid.line(node, line).ok().strip();
    }

    private static String update(int attempts, String... more) {
        List<String> words = new ArrayList<>(List.of("push", "-f", script.toString()));
        words.addAll(List.of("--max-attempts", Integer.toString(attempts), "--backoff", "500ms"));
        words.addAll(Arrays.asList(more));
        return grid.quick(words.toArray(new String[0])).ok().strip();
    }

    /** Kills it while it has just begun to work for a customer, so that something is left undone. */
    private static void killAtWork(String worker) throws Exception {
        String pid = pid(worker);
        Batch.awaitTrue(
                worker + " works for several customers",
                20,
                () -> Collections.frequency(ace.openWorkspaces(), pid) >= 3);
        grid.kill(worker);
    }

    /** The Java process, which is the shell script's own since that ends in exec. */
    private static String pid(String worker) {
        return Long.toString(grid.node(worker).process().pid());
    }

    private static Set<String> names(String prefix, int count) {
        return new TreeSet<>(IntStream.range(0, count)
                .mapToObj(number -> prefix + String.format("%04d", number))
                .toList());
    }

    private static boolean isFinal(String array) {
        Batch.Result result = grid.quick("wait", "--for", "1s", array);
        return result.status() == 0 || !result.err().contains("is still");
    }

    /** The items of an array in the history that ended so, as lines of JSON; they come there a moment after their end. */
    private static List<String> history(String array, String state, int count) {
        Batch.awaitTrue(count + " items of " + array + " are in the history as " + state, 20, () -> {
            List<String> found = history(array, state);
            return found.size() >= count;
        });
        List<String> found = history(array, state);
        assertEquals(state, count, found.size());
        return found;
    }

    private static List<String> history(String array, String state) {
        String[] words = {"history", "--array", array, "--state", state, "-n", "5000", "--json"};
        return grid.quick(words).ok().lines().filter(line -> !line.isBlank()).toList();
    }

    private static Set<String> items(List<String> lines) {
        return new TreeSet<>(lines.stream().flatMap(AceIT::item).toList());
    }

    private static Stream<String> item(String line) {
        Matcher item = ITEM.matcher(line);
        return item.find() ? Stream.of(item.group(1)) : Stream.empty();
    }

    private static String value(String line, String field) {
        Matcher value = Pattern.compile("\"" + field + "\":\"([^\"]*)\"").matcher(line);
        if (!value.find()) throw new AssertionError("no " + field + " in " + line);
        return value.group(1);
    }
}
