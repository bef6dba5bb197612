/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.gridbatch.api.JobSpec;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.Timeout;

/** What docs/from-code.md says is so: its examples, its list of bundles, and the frameworks that it names. */
public class FromCodeIT {
    private static final Pattern HEARD = Pattern.compile("jobId=([^,]+),");

    @ClassRule
    public static final Grid grid = new Grid();

    @Rule
    public final Timeout limit = Timeout.seconds(300);

    @BeforeClass
    public static void start() throws Exception {
        grid.startAll("worker-1");
    }

    @Test
    public void everyExampleInTheDocumentationIsTheOneThatIsTested() throws Exception {
        Path examples = Path.of("src/test/java/org/gridbatch/itests/examples");
        List<String> shown = new ArrayList<>();
        Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Foreign.DOC));
        while (block.find()) shown.add(block.group(1));
        int tested = 0;
        for (String example :
                List.of("plain/Activator", "ds/Hello", "ds/Listener", "dm/Activator", "dm/Hello", "setup/Activator")) {
            String source = Files.readString(examples.resolve(example + ".java"));
            String code = source.substring(source.indexOf("\nimport ") + 1);
            assertTrue("docs/from-code.md shows " + example + " as it is:\n" + code, shown.contains(code));
            tested++;
        }
        assertEquals("all that is shown is tested", tested, shown.size());
    }

    @Test
    public void theExamplesWorkInTheFrameworkOfTheDistribution() throws Exception {
        examplesWork("7.0.5", List.of());
    }

    @Test
    public void theExamplesWorkInTheOldestFramework() throws Exception {
        examplesWork(
                "5.6.10",
                List.of(
                        "-Dframework.felix.service.urlhandlers=false",
                        "-Dframework.org.osgi.framework.system.capabilities.extra="
                                + "osgi.ee;osgi.ee=\"JavaSE\";version:List=\"1.5,1.6,1.7,1.8,9,10,11,17\""));
    }

    private static void examplesWork(String framework, List<String> options) throws Exception {
        try (Foreign foreign = Foreign.start(grid, framework, options, "plain", "ds", "dm")) {
            foreign.awaitPrinted("all are started");
            assertEquals(1, foreign.lines("framework " + framework).size());
            assertEquals("each bundle is needed", List.of(), foreign.lines("unused"));
            for (String example : List.of("plain", "ds", "dm")) {
                foreign.awaitPrinted(example + " waited for COMPLETED");
                foreign.awaitPrinted(example + " heard of JobView[");
                assertTrue(
                        foreign.log(), foreign.lines(example + " heard").get(0).contains("state=COMPLETED"));
            }
        }
    }

    @Test
    public void aListenerHearsOfEveryJobOnceAlthoughTheServerIsKilled() throws Exception {
        List<String> ids = new ArrayList<>();
        try (Foreign foreign = Foreign.start(grid, "7.0.5", List.of(), "plain");
                RemoteCaller caller = new RemoteCaller(
                        grid.zookeeper(), Files.createTempDirectory(grid.home(), "caller"), Duration.ofSeconds(90))) {
            foreign.awaitPrinted("plain heard of JobView[");
            for (int batch = 0; batch < 12; batch++) {
                List<JobSpec> jobs = IntStream.range(0, 20)
                        .mapToObj(
                                i -> JobSpec.script("echo " + i).queue("plain").build())
                        .toList();
                if (batch == 4) {
                    grid.kill("server");
                    grid.start("server", "server");
                }
                caller.call(queue -> queue.submit(jobs));
                jobs.forEach(job -> ids.add(job.jobId()));
            }
            hearsOf(foreign, ids);
        }
    }

    @Test
    public void aListenerHearsOfEachItemOfALargeArray() throws Exception {
        int items = 20_000;
        Path lines = grid.home().resolve("items");
        Files.write(lines, IntStream.range(0, items).mapToObj(i -> "item-" + i).toList());
        try (Foreign foreign = Foreign.start(grid, "7.0.5", List.of(), "plain")) {
            foreign.awaitPrinted("plain heard of JobView[");
            grid.batch("pause", "plain").ok();
            String array = grid.batch("push", "--queue", "plain", "--lines", lines.toString(), "echo $it")
                    .ok()
                    .strip();
            grid.batch("cancel", array).ok();
            grid.batch("resume", "plain").ok();
            List<String> ids = new ArrayList<>(List.of(array));
            for (int i = 0; i < items; i++) ids.add(array + ":" + i);
            hearsOf(foreign, ids);
        }
    }

    private static void hearsOf(Foreign foreign, Collection<String> ids) {
        Batch.awaitTrue(
                "it hears of all " + ids.size(),
                120,
                () -> heard(foreign).keySet().containsAll(ids));
        Map<String, Integer> heard = heard(foreign);
        heard.keySet().retainAll(ids);
        assertEquals("each once", Collections.nCopies(ids.size(), 1), new ArrayList<>(heard.values()));
    }

    private static Map<String, Integer> heard(Foreign foreign) {
        Map<String, Integer> heard = new HashMap<>();
        for (String line : foreign.lines("plain heard of ")) {
            Matcher id = HEARD.matcher(line);
            if (id.find()) heard.merge(id.group(1), 1, Integer::sum);
        }
        return heard;
    }
}
