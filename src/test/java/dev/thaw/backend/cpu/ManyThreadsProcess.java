package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Device;
import dev.thaw.layer.Input;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.core.Dense;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** A process of its own, whose threads are counted: many Java threads predict and go on living. */
public final class ManyThreadsProcess {
    private static final int ROWS = 32;
    private static final int WIDTH = 1_024;

    private ManyThreadsProcess() {}

    /**
     * Prints how large the process is before it loads anything, how many native threads there are
     * that are neither Java's nor were there before the first model ran, and whether all
     * predictions were the same. The argument is the number of threads.
     */
    public static void main(String[] args) throws Exception {
        int count = Integer.parseInt(args[0]);
        long before = natives();
        System.out.println("kilobytes " + kilobytes());
        RandomSeed.set(1);
        Tensor x = Tensor.zeros(Shape.of(ROWS, WIDTH), DType.FLOAT32);
        for (int i = 0; i < x.size(); i++) {
            x.floats()[i] = i % 7 - 3;
        }
        CountDownLatch done = new CountDownLatch(count);
        CountDownLatch end = new CountDownLatch(1);
        List<Tensor> results = new ArrayList<>();
        try (Model model = new Sequential(Input.of(WIDTH), new Dense(WIDTH)).on(Device.cpu())) {
            Tensor expected = model.predict(x);
            for (int i = 0; i < count; i++) {
                new Thread(
                                () -> {
                                    Tensor y = model.predict(x);
                                    synchronized (results) {
                                        results.add(y);
                                    }
                                    done.countDown();
                                    await(end);
                                })
                        .start();
            }
            done.await();
            System.out.println("natives " + (natives() - before));
            System.out.println("same " + results.stream().allMatch(expected::bitEquals));
            end.countDown();
        }
    }

    /** Of address space. */
    private static String kilobytes() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(l -> l.startsWith("VmSize"))
                .map(l -> l.replaceAll("\\D", ""))
                .findFirst()
                .orElseThrow();
    }

    private static long natives() throws Exception {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.count() - Thread.getAllStackTraces().size();
        }
    }

    private static void await(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
