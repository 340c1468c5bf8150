package dev.thaw.backend.cpu;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;

/**
 * The settings of oneDNN's OpenMP that matter, which it offers to C alone: waiting threads sleep
 * instead of spinning (a spinning one makes every call take milliseconds while another process
 * runs), small ops run on one thread, and a call gets as many threads as it asked for. oneDNN
 * shares its work among the threads that it asked for and leaves a part undone where it gets fewer.
 *
 * <p>JavaCPP has no call for them, but its deallocator calls any C function of one pointer. That is
 * an internal of JavaCPP: where it has changed, the settings stay at their defaults, which costs
 * speed and nothing else.
 */
final class Omp {
    private static final Logger LOG = LoggerFactory.getLogger(Omp.class);
    private static final MethodHandle CALL = callOfOnePointer();

    /** Variables by which a user lets OpenMP give fewer threads than asked for. */
    private static final boolean MAY_GIVE_FEWER =
            System.getenv("OMP_DYNAMIC") != null
                    || System.getenv("OMP_MAX_ACTIVE_LEVELS") != null
                    || System.getenv("OMP_NESTED") != null;

    /**
     * An int of 0 to a C function, as its upper half is cut; JavaCPP does not pass on a plain 0.
     */
    private static final long ZERO = 1L << 32;

    private static long setThreads;
    private static long setDynamic;
    private static long setMaxActiveLevels;

    private Omp() {}

    /** The most threads that OpenMP gives, by {@code OMP_THREAD_LIMIT}; it has no call for it. */
    static int threadLimit() {
        String limit = System.getenv("OMP_THREAD_LIMIT");
        try {
            return limit == null ? Integer.MAX_VALUE : Math.max(1, Integer.parseInt(limit.strip()));
        } catch (NumberFormatException e) {
            return Integer.MAX_VALUE; // OpenMP ignores it too
        }
    }

    /** Must run before oneDNN loads its OpenMP. */
    static void beforeLoading() {
        if (CALL == null
                || System.getenv("OMP_WAIT_POLICY") != null
                || System.getenv("GOMP_SPINCOUNT") != null) {
            return;
        }
        Pointer memory = Pointer.malloc(64); // putenv keeps it, so it is never freed
        new BytePointer(memory).putString("OMP_WAIT_POLICY=PASSIVE");
        call(memory.address(), address("putenv"));
    }

    /** Finds what {@link #use} calls, once the library is there. */
    static void afterLoading() {
        setThreads = CALL == null ? 0 : address("omp_set_num_threads");
        setDynamic = MAY_GIVE_FEWER && CALL != null ? address("omp_set_dynamic") : 0;
        setMaxActiveLevels =
                MAY_GIVE_FEWER && CALL != null ? address("omp_set_max_active_levels") : 0;
        if (setThreads == 0) {
            LOG.warn(
                    "cpu: cannot set OpenMP's threads from here; set OMP_WAIT_POLICY=PASSIVE for speed");
        }
    }

    /** How many threads this Java thread's next oneDNN calls use. */
    static void use(int threads) {
        if (setThreads != 0) {
            call(threads, setThreads);
        }
        if (MAY_GIVE_FEWER) { // here, as OpenMP keeps both per thread
            call(ZERO, setDynamic);
            call(1, setMaxActiveLevels);
        }
    }

    private static void call(long argument, long function) {
        try {
            if (function != 0) {
                CALL.invokeExact(argument, function);
            }
        } catch (Throwable e) {
            throw new IllegalStateException("cpu: a call into OpenMP failed", e);
        }
    }

    private static long address(String symbol) {
        Pointer p = Loader.addressof(symbol);
        return p == null ? 0 : p.address();
    }

    private static MethodHandle callOfOnePointer() {
        try {
            Loader.load(org.bytedeco.javacpp.presets.javacpp.class);
            Class<?> type = Class.forName("org.bytedeco.javacpp.Pointer$NativeDeallocator");
            Constructor<?> make =
                    type.getDeclaredConstructor(Pointer.class, long.class, long.class);
            make.setAccessible(true);
            Method call = type.getDeclaredMethod("deallocate", long.class, long.class);
            call.setAccessible(true);
            return MethodHandles.lookup()
                    .unreflect(call)
                    .bindTo(make.newInstance(new BytePointer(), 0L, 0L));
        } catch (ReflectiveOperationException | RuntimeException | UnsatisfiedLinkError e) {
            LOG.debug("cpu: JavaCPP's deallocator is not what was expected", e);
            return null;
        }
    }
}
