package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.BackendUnavailableException;
import dev.thaw.backend.spi.DeviceOutOfMemoryException;

import org.bytedeco.javacpp.Pointer;

import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Native memory, counted. Over the limit the garbage collector runs, so that models which nobody
 * closed give back what they hold; what still does not fit is refused. Without a limit the system
 * would end the process.
 */
final class CpuMemory {
    /** The limit: bytes, or with k, m or g behind them. */
    static final String PROPERTY = "thaw.cpu.memory";

    private static final Pattern SIZE = Pattern.compile("(?i)(\\d{1,15})([kmg]?)");
    private static final long PATIENCE_NANOS = 2_000_000_000L;
    private static final int PAUSE_MILLIS = 5;

    private static final AtomicLong USED = new AtomicLong();

    private CpuMemory() {}

    /** Memory filled with zeros, to be given back by {@link #free} with the same size. */
    static Pointer allocate(long bytes, String label) {
        if (!reserve(bytes, limit())) {
            requireRoom(bytes, label);
            if (!reserve(bytes, limit())) { // somebody else was faster
                throw overLimit(bytes, label);
            }
        }
        Pointer p = Pointer.calloc(1, bytes);
        if (p == null || p.isNull()) {
            USED.addAndGet(-bytes);
            throw refusal(bytes, label, "and the system has no more");
        }
        return p;
    }

    /** Refuses what does not fit beside what is in use, also after a collection. */
    static void requireRoom(long bytes, String label) {
        long limit = limit();
        if (bytes > limit - USED.get()) {
            collect(bytes, limit);
            if (bytes > limit - USED.get()) {
                throw overLimit(bytes, label);
            }
        }
    }

    static void free(Pointer p, long bytes) {
        Pointer.free(p);
        USED.addAndGet(-bytes);
    }

    /** Bytes in use. */
    static long used() {
        return USED.get();
    }

    private static boolean reserve(long bytes, long limit) {
        while (true) {
            long used = USED.get();
            if (bytes > limit - used) {
                return false;
            }
            if (USED.compareAndSet(used, used + bytes)) {
                return true;
            }
        }
    }

    /** Waits for the cleaner to free what the collector finds. */
    private static void collect(long bytes, long limit) {
        if (bytes > limit) {
            return;
        }
        System.gc();
        long end = System.nanoTime() + PATIENCE_NANOS;
        boolean interrupted = false;
        while (bytes > limit - USED.get() && System.nanoTime() < end) {
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static DeviceOutOfMemoryException overLimit(long bytes, String label) {
        return refusal(bytes, label, "of the %,d allowed".formatted(limit()));
    }

    private static DeviceOutOfMemoryException refusal(long bytes, String label, String rest) {
        return new DeviceOutOfMemoryException(
                "cpu: %s needs %,d bytes, and %,d %s are in use; take a smaller batch, close models that are not needed, or raise -D%s"
                        .formatted(label, bytes, USED.get(), rest, PROPERTY),
                bytes);
    }

    /** Refuses a limit that is none. */
    static void checkProperty() {
        String wish = System.getProperty(PROPERTY);
        if (wish != null && !SIZE.matcher(wish.strip()).matches()) {
            throw new BackendUnavailableException(
                    "%s must be a number of bytes such as 2000000000, 2000m or 2g, got '%s'"
                            .formatted(PROPERTY, wish),
                    null);
        }
    }

    private static long limit() {
        String wish = System.getProperty(PROPERTY);
        Matcher m = wish == null ? null : SIZE.matcher(wish.strip());
        if (m == null || !m.matches()) {
            return Usual.LIMIT;
        }
        int shift = "kmg".indexOf(m.group(2).toLowerCase()) * 10 + 10;
        long number = Long.parseLong(m.group(1));
        return m.group(2).isEmpty() ? number : Math.multiplyExact(number, 1L << shift);
    }

    /** What is usual on this machine. */
    private static final class Usual {
        /** Of the memory of the machine or its container, as Java knows it. */
        static final long LIMIT = limit(total(), Runtime.getRuntime().maxMemory());

        private Usual() {}

        /** Nine tenths, less the heap's limit, but a quarter at the least. */
        private static long limit(long total, long heap) {
            return Math.max(total / 4, total / 10 * 9 - heap);
        }

        private static long total() {
            try {
                return (long)
                        ManagementFactory.getPlatformMBeanServer()
                                .getAttribute(
                                        new ObjectName(
                                                ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME),
                                        "TotalMemorySize");
            } catch (JMException | RuntimeException e) {
                return Long.MAX_VALUE; // a Java that does not tell
            }
        }
    }
}
