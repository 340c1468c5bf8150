package dev.thaw.train;

import dev.thaw.graph.Network;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Who may use a model's plans and change its weights. There are three locks, taken in this order:
 *
 * <ol>
 *   <li>{@code training}, held for the length of a {@code fit}, with callbacks, data and all.
 *       Nobody waits for a fit: a second one is refused.
 *   <li>{@code step}, held while a step changes weights, and by who wants them to stay as they are.
 *   <li>{@code turn}, held while a plan is made or runs. No code of a user's runs in it but that of
 *       layers, so that it always ends.
 * </ol>
 *
 * <p>{@code step} and {@code turn} are fair: who waits gets in before the next step.
 */
final class Turns {
    private static final Logger LOG = LoggerFactory.getLogger(Turns.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int PAUSE_MILLIS = 20;

    private final Network model;
    private final Runnable free;
    private final ReentrantLock training = new ReentrantLock();
    private final ReentrantLock step = new ReentrantLock(true);
    private final ReentrantLock turn = new ReentrantLock(true);

    /** What holds {@link #training}, in words, where it may call code of a user's. */
    private volatile String fit;

    private volatile boolean closing;
    private boolean closed;

    /**
     * @param free gives everything back, once, in the last turn
     */
    Turns(Network model, Runnable free) {
        this.model = model;
        this.free = free;
    }

    /** Runs plans that change no weight. */
    <T> T run(Supplier<T> work) {
        turn.lock();
        try {
            requireOpen();
            return work.get();
        } finally {
            leave();
        }
    }

    /** Refuses a model that somebody closes, and so ends a training whose model this is. */
    void requireOpen() {
        if (closing) {
            throw new IllegalStateException(
                    "%s: the model %s"
                            .formatted(
                                    model.name(),
                                    training.isHeldByCurrentThread()
                                            ? "was closed while it trained"
                                            : "is closed and cannot run any more"));
        }
    }

    /** Runs plans that change weights or statistics. */
    <T> T change(Supplier<T> work) {
        step.lock();
        try {
            return run(work);
        } finally {
            step.unlock();
        }
    }

    /** Does work while no step changes a weight. */
    void betweenSteps(Runnable work) {
        step.lock();
        try {
            work.run();
        } finally {
            step.unlock();
        }
    }

    /**
     * Does work with steps that no other training comes between.
     *
     * @param what names it
     * @param callsUsers whether it runs callbacks or reads data; then nobody waits for it, as it
     *     may wait for who does
     */
    <T> T train(String what, boolean callsUsers, Supplier<T> work) {
        requireOpen();
        beginTraining(what);
        try {
            if (callsUsers) {
                fit = "%s on thread %s".formatted(what, Thread.currentThread().getName());
            }
            return work.get();
        } finally {
            fit = null;
            training.unlock();
        }
    }

    private void beginTraining(String what) {
        if (training.isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "%s: %s cannot run inside fit; return false from onEpochEnd to end it first"
                            .formatted(model.name(), what));
        }
        boolean waits = !step.isHeldByCurrentThread() && !turn.isHeldByCurrentThread();
        try {
            while (!training.tryLock(waits ? PAUSE_MILLIS : 0, TimeUnit.MILLISECONDS)) {
                String holder = fit;
                if (holder != null || !waits) {
                    throw new IllegalStateException(
                            "%s: %s cannot begin during %s; let that end first, or return false from its onEpochEnd"
                                    .formatted(
                                            model.name(),
                                            what,
                                            holder == null ? "trainOnBatch" : holder));
                }
            }
        } catch (InterruptedException e) {
            throw new TrainingInterruptedException(
                    "%s: the thread was interrupted before %s began".formatted(model.name(), what),
                    e);
        }
    }

    /** The last one out frees what somebody closed meanwhile. */
    private void leave() {
        try {
            if (closing && !closed && turn.getHoldCount() == 1) {
                closed = true;
                free.run();
            }
        } finally {
            turn.unlock();
        }
    }

    /**
     * Lets no turn begin any more, and frees everything when the one that runs has ended: here, or
     * where that takes longer than some seconds, on its thread. A shutdown hook may run while that
     * thread waits for it, and must not wait for ever.
     */
    void close() {
        if (training.isHeldByCurrentThread() || turn.isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "%s: close cannot run inside fit; return false from onEpochEnd to end it first"
                            .formatted(model.name()));
        }
        closing = true;
        if (waitForTurn()) {
            leave();
        } else {
            LOG.warn(
                    "{}: a step still runs on another thread; its memory is freed when it ends",
                    model.name());
        }
    }

    private boolean waitForTurn() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return turn.tryLock(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
