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
 * The two settings of oneDNN's OpenMP that matter, which it offers to C alone: waiting threads
 * sleep instead of spinning (a spinning one makes every call take milliseconds while another
 * process runs), and small ops run on one thread.
 *
 * <p>JavaCPP has no call for them, but its deallocator calls any C function of one pointer. That is
 * an internal of JavaCPP: where it has changed, the settings stay at their defaults, which costs
 * speed and nothing else.
 */
final class Omp {
    private static final Logger LOG = LoggerFactory.getLogger(Omp.class);
    private static final MethodHandle CALL = callOfOnePointer();
    private static long setThreads;

    private Omp() {}

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
