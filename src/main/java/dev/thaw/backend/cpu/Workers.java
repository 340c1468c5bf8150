package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.BackendUnavailableException;

import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/**
 * Runs a Java loop on all cores where it is long enough to pay. The split depends on the length
 * alone.
 */
final class Workers {
    /** A part of a loop. */
    @FunctionalInterface
    interface Part {
        /** Runs elements [from, to); no two parts with the same slot run at the same time. */
        void run(int slot, int from, int to);
    }

    /** How many threads work on an op. */
    static final String PROPERTY = "thaw.threads";

    /** By default as many as there are processors, up to this. */
    private static final int USUAL = 16;

    private static final int MOST = 256;

    /** The number of parts that can run at a time, and so of slots. */
    static final int SLOTS = chosen().orElseGet(Workers::usual);

    private static final ExecutorService POOL =
            SLOTS == 1
                    ? null
                    : Executors.newFixedThreadPool(
                            SLOTS - 1,
                            r -> {
                                Thread t = new Thread(r, "thaw-cpu");
                                t.setDaemon(true);
                                return t;
                            });

    /** On a thread that runs one of several plans side by side: which; it has that slot alone. */
    private static final ThreadLocal<Integer> LANE = new ThreadLocal<>();

    private static int usual() {
        return Math.max(1, Math.min(USUAL, Runtime.getRuntime().availableProcessors()));
    }

    private static OptionalInt chosen() {
        String wish = System.getProperty(PROPERTY, "").strip();
        return wish.matches("\\d{1,3}") && isPossible(Integer.parseInt(wish))
                ? OptionalInt.of(Integer.parseInt(wish))
                : OptionalInt.empty();
    }

    private static boolean isPossible(int threads) {
        return threads >= 1 && threads <= MOST;
    }

    /** Refuses a number of threads that is none. */
    static void checkProperty() {
        String wish = System.getProperty(PROPERTY);
        if (wish != null && chosen().isEmpty()) {
            throw new BackendUnavailableException(
                    "%s must be a whole number from 1 to %d, got '%s'; without it there are %d threads here"
                            .formatted(PROPERTY, MOST, wish, usual()),
                    null);
        }
    }

    private Workers() {}

    /**
     * Runs {@code part} over [0, n), on several threads where each gets at least {@code grain}
     * elements. Parts begin at multiples of {@code unit}.
     */
    static void run(int n, int grain, int unit, Part part) {
        Integer lane = LANE.get();
        if (lane != null) {
            part.run(lane, 0, n);
            return;
        }
        int parts = (int) Math.min(SLOTS, Math.max(1, (long) n / Math.max(1, grain)));
        if (parts == 1) {
            part.run(0, 0, n);
            return;
        }
        int share = ((n + parts - 1) / parts + unit - 1) / unit * unit;
        CountDownLatch left = new CountDownLatch(parts - 1);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int i = 1; i < parts; i++) {
            int slot = i;
            Runnable task =
                    () -> {
                        try {
                            runShare(slot, share, n, part);
                        } catch (Throwable e) {
                            failure.set(e);
                        } finally {
                            left.countDown();
                        }
                    };
            try {
                POOL.execute(task);
            } catch (OutOfMemoryError e) { // the system gives no thread for it
                task.run();
            }
        }
        try {
            runShare(0, share, n, part);
        } finally {
            await(left);
        }
        if (failure.get() != null) {
            throw new IllegalStateException("cpu: a part of a parallel loop failed", failure.get());
        }
    }

    /** Runs tasks 0 to n - 1, n at most {@link #SLOTS}, each on a thread and a slot of its own. */
    static void sideBySide(int n, IntConsumer task) {
        run(
                n,
                1,
                1,
                (slot, from, to) -> {
                    LANE.set(slot);
                    try {
                        for (int i = from; i < to; i++) {
                            task.accept(i);
                        }
                    } finally {
                        LANE.remove();
                    }
                });
    }

    private static void runShare(int slot, int share, int n, Part part) {
        int from = (int) Math.min(n, (long) slot * share);
        int to = (int) Math.min(n, (long) (slot + 1) * share);
        if (from < to) {
            part.run(slot, from, to);
        }
    }

    /** The parts work on native memory, so leaving before they are done is no option. */
    private static void await(CountDownLatch left) {
        boolean interrupted = false;
        while (true) {
            try {
                left.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
