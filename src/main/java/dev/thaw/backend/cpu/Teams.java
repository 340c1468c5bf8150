package dev.thaw.backend.cpu;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.ref.WeakReference;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Who may call oneDNN with more than one thread. OpenMP makes a team of threads for each thread
 * that does, and keeps it as long as that thread lives: a hundred threads that predict would have a
 * hundred teams, and where the system refuses a thread, OpenMP ends the process. So one thread of
 * ours has a team from the start, and {@value #GUESTS} others may have one while they live; the
 * rest hand their calls over to ours.
 */
final class Teams {
    private static final Logger LOG = LoggerFactory.getLogger(Teams.class);
    private static final int GUESTS = 2;

    private static final ExecutorService OURS =
            Executors.newSingleThreadExecutor(r -> daemon(r, "thaw-onednn"));

    /** The thread of {@link #OURS} while it runs something, and the guests. */
    private static final ThreadLocal<Boolean> HAS_TEAM = ThreadLocal.withInitial(() -> false);

    private static final WeakReference<?>[] guests = new WeakReference<?>[GUESTS];
    private static boolean full;

    private Teams() {}

    private static Thread daemon(Runnable r, String name) {
        Thread t = new Thread(r, name);
        t.setDaemon(true);
        return t;
    }

    /** Runs a call of oneDNN that needs so many threads, on a thread that has them. */
    static void run(int threads, Runnable call) {
        if (threads == 1 || HAS_TEAM.get() || admitted(threads)) {
            call.run();
        } else {
            onOurs(call);
        }
    }

    /** Whether this thread may have a team, now that another one has ended. */
    private static boolean admitted(int threads) {
        synchronized (guests) {
            for (int i = 0; i < GUESTS && !full; i++) {
                Thread guest = guests[i] == null ? null : (Thread) guests[i].get();
                if (guest == null || !guest.isAlive()) {
                    full = !canStart(threads);
                    guests[i] = new WeakReference<>(full ? null : Thread.currentThread());
                    HAS_TEAM.set(!full);
                    return !full;
                }
            }
        }
        return false;
    }

    /** Runs a call on our thread and waits for it: it works on native memory. */
    static void onOurs(Runnable call) {
        Future<?> done =
                OURS.submit(
                        () -> {
                            HAS_TEAM.set(true);
                            call.run();
                        });
        boolean interrupted = false;
        while (true) {
            try {
                done.get();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException refusal) {
                    throw refusal;
                }
                throw new IllegalStateException("cpu: a call of oneDNN failed", e.getCause());
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /**
     * Whether the system gives a team's threads: tried with Java's, whose refusal is an error and
     * not the end of the process.
     */
    static boolean canStart(int threads) {
        CountDownLatch end = new CountDownLatch(1);
        Thread[] all = new Thread[threads - 1];
        try {
            for (int i = 0; i < all.length; i++) {
                all[i] = daemon(() -> awaitQuietly(end), "thaw-trial");
                all[i].start();
            }
            return true;
        } catch (OutOfMemoryError e) {
            LOG.warn("cpu: the system gives no more threads ({})", e.getMessage());
            return false;
        } finally {
            end.countDown();
            for (Thread t : all) {
                joinQuietly(t);
            }
        }
    }

    private static void awaitQuietly(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Their places are to be free before OpenMP asks for them. */
    private static void joinQuietly(Thread t) {
        try {
            if (t != null && t.isAlive()) {
                t.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
