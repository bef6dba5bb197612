/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.worker;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.gridbatch.api.Ad;
import org.gridbatch.api.ClaimRequest;
import org.gridbatch.api.Heartbeat;
import org.gridbatch.api.HeartbeatReply;
import org.gridbatch.api.JobIds;
import org.gridbatch.api.JobSpec;
import org.gridbatch.api.Lease;
import org.gridbatch.api.Report;
import org.gridbatch.api.Submitted;
import org.gridbatch.api.Verdict;
import org.gridbatch.api.WorkQueue;
import org.gridbatch.api.client.GridClient;
import org.gridbatch.worker.gogo.JobHandle;
import org.gridbatch.worker.gogo.Script;
import org.gridbatch.worker.gogo.ScriptRun;
import org.gridbatch.worker.gogo.ScriptRunner;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker of this node, from when it is configured until it is stopped. */
@Component(
        service = {},
        immediate = true,
        configurationPid = WorkerComponent.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = WorkerComponent.Config.class)
public final class WorkerComponent {
    static final String PID = "org.gridbatch.worker";

    private static final Logger LOG = LoggerFactory.getLogger(WorkerComponent.class);
    /** Beyond the worker's own bounds, so that it is not cut off while it says what it leaves behind. */
    private static final Duration SPARE = Duration.ofSeconds(10);

    /** How long a script that pushes a job waits for a queue that is away. */
    private static final Duration PUSH = Duration.ofSeconds(30);

    /** The status of a process that wants to be started again: a failure that passes, as sysexits.h has it. */
    private static final int STUCK_STATUS = 75;

    private final BundleContext context;
    private final ScriptRunner scripts;
    private volatile Settings settings;
    private volatile Predicate<String> mayCall;
    private GridClient client;
    private ThreadEventLoop loop;
    private Commands commands;
    private Worker worker;
    private List<String> offered = List.of();
    private Ad ad;
    /** Of this machine; 0 until it is measured. */
    private long speed;

    private boolean started;

    /** The keys of the configuration, with dots. */
    @ObjectClassDefinition(name = "Gridbatch: worker", description = "Claims jobs and runs their scripts on this node.")
    public @interface Config {
        @AttributeDefinition(description = "Name of the worker, unique in the grid; required")
        String name();

        @AttributeDefinition(description = "Id of the grid to work for; empty for the only one in sight")
        String grid() default "";

        @AttributeDefinition(description = "Scripts that run at once; 1 to 256")
        int slots() default 4;

        @AttributeDefinition(description = "Only jobs of these queues; empty means of all")
        String[] queues() default {};

        @AttributeDefinition(description = "Only jobs that this LDAP filter matches; empty means all")
        String accepts() default "";

        @AttributeDefinition(
                description = "What the worker says about itself, each as key=value; jobs can ask for it. It says"
                        + " cpus, memory (MiB), java.version, os and speed by itself")
        String[] labels() default {};

        @AttributeDefinition(description = "Seconds that the server may hold a claim when it has no job; 1 to 60")
        int claim_wait_seconds() default 30;

        @AttributeDefinition(
                description = "Characters kept of the head, and as many of the tail, of stdout and stderr; 1 to 16384")
        int output_chars() default 16_384;

        @AttributeDefinition(
                description = "Seconds that scripts may go on when the worker stops, before they are interrupted and"
                        + " given back; 0 to 3600")
        int stop_wait_seconds() default 20;

        @AttributeDefinition(
                description =
                        "Seconds that a script may take to end after an interrupt, before its slot is taken out of"
                                + " use; 1 to 600")
        int interrupt_grace_seconds() default 10;

        @AttributeDefinition(
                description = "Whether the process ends, with status 75, when scripts that do not heed their interrupt"
                        + " have taken all slots, so that whoever started it starts it again")
        boolean restart_when_stuck() default false;

        @AttributeDefinition(
                description = "Commands that scripts may call, as scope:function; * stands for any characters. Empty"
                        + " means all; otherwise name also what scripts are made of, such as gogo:*")
        String[] allowed_commands() default {};

        @AttributeDefinition(
                description = "Commands that scripts may not call, as scope:function; * stands for any characters. A"
                        + " pattern that matches system:exit also keeps scripts from ending the JVM through an object")
        String[] denied_commands() default {
            "*:exit",
            "*:shutdown",
            "system:*",
            "gogo:gosh",
            "gogo:sh",
            "gogo:telnetd",
            "gogo:sshd",
            "osgi:addcommand",
            "osgi:removecommand",
            "felix:frameworklevel"
        };
    }

    /** @throws IllegalArgumentException if the configuration is wrong; the message names the key */
    @Activate
    public WorkerComponent(BundleContext context, Config config, @Reference ScriptRunner scripts) {
        this.context = context;
        this.scripts = scripts;
        begin(Settings.of(config));
        Thread measuring = new Thread(this::measureSpeed, "gridbatch-speed");
        measuring.setDaemon(true);
        measuring.start();
    }

    private void measureSpeed() {
        long measured = Speed.measure();
        synchronized (this) {
            speed = measured;
            advertise();
        }
    }

    private void begin(Settings first) {
        use(first);
        client = new GridClient(context, settings.grid());
        loop = new ThreadEventLoop("gridbatch-worker-" + settings.name());
        commands = new Commands(context, name -> mayCall.test(name), this::offer);
        worker = new Worker(loop, new OneTry(client), settings, ad, JobIds.next(), this::start);
        worker.whenStuck(this::stuck);
        worker.start();
        started = true;
        LOG.info(
                "worker {} started: {} slots, queues {}",
                settings.name(),
                settings.slots(),
                settings.queues().isEmpty() ? "all" : settings.queues());
    }

    private void use(Settings changed) {
        mayCall = Script.mayCall(changed.allowed(), changed.denied());
        settings = changed;
    }

    /**
     * Takes other settings while scripts run. Only another name or grid makes another worker of it, which begins when
     * this one has stopped.
     *
     * @throws IllegalArgumentException if the configuration is wrong; then what held before goes on to hold
     */
    @Modified
    public void modified(Config config) {
        Settings before = settings;
        Settings changed = Settings.of(config);
        if (!changed.name().equals(before.name()) || !changed.grid().equals(before.grid())) {
            stop();
            started = false;
            begin(changed);
            return;
        }
        use(changed);
        worker.configure(changed);
        commands.lookAgain();
        if (!changed.labels().equals(before.labels())) advertise();
        LOG.info(
                "worker {} has other settings: {} slots, queues {}",
                changed.name(),
                changed.slots(),
                changed.queues().isEmpty() ? "all" : changed.queues());
    }

    private void stuck() {
        if (settings.restartWhenStuck()) endProcess();
    }

    /** A thread of its own: the process waits for this component, which waits for the loop. */
    private void endProcess() {
        LOG.error("worker {}: the process ends with status {}, to be started again", settings.name(), STUCK_STATUS);
        new Thread(() -> System.exit(STUCK_STATUS), "gridbatch-restart").start();
    }

    private synchronized void offer(List<String> names) {
        offered = names;
        advertise();
    }

    private synchronized void advertise() {
        ad = new Ad(ad == null ? 1 : ad.version() + 1, labels(), offered);
        if (started) worker.advertise(ad);
    }

    private Map<String, String> labels() {
        Map<String, String> labels = new TreeMap<>();
        labels.put("cpus", String.valueOf(Runtime.getRuntime().availableProcessors()));
        labels.put("memory", String.valueOf(Runtime.getRuntime().maxMemory() >> 20));
        labels.put("java.version", String.valueOf(Runtime.version().feature()));
        labels.put("os", System.getProperty("os.name").toLowerCase(Locale.ROOT));
        if (speed > 0) labels.put("speed", String.valueOf(speed));
        labels.putAll(settings.labels());
        return labels;
    }

    private ScriptRun start(Lease lease, int slot) {
        Settings now = settings;
        return scripts.start(Script.of(lease.spec().script())
                .withArgs(lease.spec().args())
                .withVariable("job", JobHandle.of(lease, this::push))
                .withAllowed(now.allowed())
                .withDenied(now.denied())
                .withFailOn(lease.spec().failOn())
                .withOutputChars(now.outputChars())
                .withThreadName("gridbatch-slot-" + (slot + 1)));
    }

    private CompletionStage<List<Submitted>> push(JobSpec spec) {
        return client.jobs(queue -> queue.submit(List.of(spec), client.caller()), PUSH);
    }

    @Deactivate
    public void stop() {
        commands.close();
        Duration atMost = settings.stopWait().plus(settings.interruptGrace()).plus(SPARE);
        try {
            worker.stop().toCompletableFuture().get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            LOG.info("worker {} stopped", settings.name());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("worker {} was interrupted while it stopped; its jobs are rescued", settings.name());
        } catch (ExecutionException | TimeoutException e) {
            LOG.error("worker {} did not stop within {}; its jobs are rescued", settings.name(), atMost, e);
        } finally {
            client.close();
            loop.close();
        }
    }

    /** Calls once: the worker has its own waits, since it must know when each call was sent. */
    private record OneTry(GridClient client) implements WorkQueue {
        @Override
        public CompletionStage<List<Lease>> claim(ClaimRequest request) {
            return client.work(queue -> queue.claim(request), Duration.ZERO);
        }

        @Override
        public CompletionStage<Void> advertise(String worker, String incarnation, Ad ad) {
            return client.work(queue -> queue.advertise(worker, incarnation, ad), Duration.ZERO);
        }

        @Override
        public CompletionStage<HeartbeatReply> heartbeat(Heartbeat beat) {
            return client.work(queue -> queue.heartbeat(beat), Duration.ZERO);
        }

        @Override
        public CompletionStage<List<Verdict>> report(List<Report> reports) {
            return client.work(queue -> queue.report(reports), Duration.ZERO);
        }
    }
}
