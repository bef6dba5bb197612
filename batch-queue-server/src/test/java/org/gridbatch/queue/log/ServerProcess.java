/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.queue.log;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.gridbatch.api.JobSpec;
import org.gridbatch.queue.core.Command;

/** A queue-server in a process of its own, which submits jobs and prints each that is acknowledged. */
final class ServerProcess implements AutoCloseable {
    private static final Path LIBRARY = Path.of("target", "disk.so");
    private static final int NUMBERS = 3;

    /** The lines that it has printed. */
    final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();

    private final Process process;
    private final Thread reader;

    /**
     * @param disk null for the real one
     * @param ids what the ids of its jobs begin with
     * @param mutant what makes its log or history worse, or {@link TestHistory#NAME} for a good one with a history
     */
    ServerProcess(PretendedDisk disk, Path data, String ids, String mutant) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                ServerProcess.class.getName(),
                data.toString(),
                ids,
                mutant);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (disk != null) {
            builder.environment().put("LD_PRELOAD", disk.library().toString());
            builder.environment().put("DISK_ROOT", disk.root().toString());
            builder.environment().put("DISK_FORCED", disk.forced().toString());
            builder.environment().put("DISK_CONTROL", disk.control().toString());
        }
        process = builder.start();
        reader = new Thread(this::read, "output of a server");
        reader.start();
    }

    private void read() {
        try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) lines.add(line);
        } catch (IOException e) {
            lines.add("its output ended: " + e);
        }
    }

    long pid() {
        return process.pid();
    }

    List<String> acknowledged() {
        return ids("acknowledged ");
    }

    List<String> leased() {
        return ids("leased ");
    }

    List<String> completed() {
        return ids("completed ");
    }

    private List<String> ids(String prefix) {
        return lines.stream()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()))
                .toList();
    }

    /** What it has said in other lines, for messages. */
    String said() {
        return String.join(
                "\n", lines.stream().filter(line -> !line.startsWith("ack")).toList());
    }

    /** kill -9. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
        reader.join(10_000);
    }

    @Override
    public void close() {
        try {
            kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public static void main(String[] args) throws Exception {
        Random random = new Random();
        Path data = Path.of(args[0]);
        String prefix = args[1];
        Consumer<RaftProperties> mutant = mutant(args[2]);
        boolean history = args[2].startsWith(TestHistory.NAME);
        int next = 0;
        while (true) {
            RatisLog ratis = new RatisLog(data, 100_000, Duration.ofSeconds(30), mutant);
            CommandLog log = args[2].equals(AnswersOnFailure.NAME) ? new AnswersOnFailure(ratis) : ratis;
            TestServer server;
            try {
                long run = new SecureRandom().nextLong();
                server = history ? new TestServer(log, run, TestHistory.SETTINGS) : new TestServer(log, run);
            } catch (Exception e) {
                System.out.println("not opened: " + e.getMessage());
                Thread.sleep(500);
                continue;
            }
            System.out.println("ready");
            TestHistory archived =
                    history ? new TestHistory(server, data, !args[2].equals(TestHistory.NOT_FORCED)) : null;
            if (history) archived.work(prefix + next);
            Semaphore places = new Semaphore(6);
            while (!server.broken.isDone()) {
                if (!places.tryAcquire(100, TimeUnit.MILLISECONDS)) continue;
                String id = prefix + next++;
                JobSpec job = JobSpec.script("echo " + "x".repeat(random.nextInt(3_000)))
                        .jobId(id)
                        .build();
                CompletableFuture<?> answer =
                        server.engine.execute(new Command.Submit(List.of(job), Command.Room.AMPLE));
                answer.whenComplete((result, e) -> {
                    System.out.println(e == null ? "acknowledged " + id : "refused " + e.getMessage());
                    places.release();
                });
            }
            System.out.println("broken: " + server.engine.problem());
            if (history) archived.close();
            server.close();
        }
    }

    private static Consumer<RaftProperties> mutant(String name) {
        return switch (name) {
            case "", AnswersOnFailure.NAME, TestHistory.NAME, TestHistory.NOT_FORCED -> p -> {};
            case "unsafe-flush" -> p -> RaftServerConfigKeys.Log.setUnsafeFlushEnabled(p, true);
            default -> throw new IllegalArgumentException("there is no mutant " + name);
        };
    }

    /** Compiles the library; null if there is no compiler. */
    static Path library() throws IOException, InterruptedException {
        for (String compiler : List.of("cc", "gcc", "clang")) {
            try {
                Path out = Files.createDirectories(LIBRARY.toAbsolutePath().getParent())
                        .resolve(LIBRARY.getFileName());
                Process process = new ProcessBuilder(
                                compiler,
                                "-O1",
                                "-shared",
                                "-fPIC",
                                "-o",
                                out.toString(),
                                "src/test/native/disk.c",
                                "-ldl",
                                "-lpthread")
                        .redirectErrorStream(true)
                        .start();
                String said = new String(process.getInputStream().readAllBytes());
                if (process.waitFor() != 0) throw new IOException(compiler + ": " + said);
                return out;
            } catch (IOException e) {
                if (!e.getMessage().contains("Cannot run program")) throw e;
            }
        }
        return null;
    }

    /** Where a preloaded library pretends a disk, and what it is told. */
    record PretendedDisk(Path library, Path root, Path forced, Path control) {
        static PretendedDisk in(Path folder, Path library) throws IOException {
            Path root = Files.createDirectories(folder.resolve("disk"));
            PretendedDisk disk = new PretendedDisk(
                    library, root, Files.createDirectories(folder.resolve("forced")), folder.resolve("control"));
            Files.write(disk.control(), new byte[8 * NUMBERS]);
            disk.room(-1);
            return disk;
        }

        void forcesFail(boolean value) throws IOException {
            set(0, value ? 1 : 0);
        }

        void room(long bytes) throws IOException {
            set(1, bytes);
        }

        void forgetDirectories() throws IOException {
            set(2, 1);
        }

        private void set(int number, long value) throws IOException {
            ByteBuffer bytes =
                    ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putLong(0, value);
            try (FileChannel channel = FileChannel.open(control, StandardOpenOption.WRITE)) {
                channel.write(bytes, 8L * number);
            }
        }
    }
}
