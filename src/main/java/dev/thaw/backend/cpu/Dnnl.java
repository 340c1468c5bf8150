package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.backend.spi.BackendUnavailableException;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerPointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.function.Supplier;

/** oneDNN's C interface: the engine, memory descriptors, and status codes as exceptions. */
final class Dnnl {
    /** Below this many nanoseconds of one-thread work, a second thread costs more than it saves. */
    private static final double PARALLEL_PAYS_NS = 250_000;

    private static final Logger LOG = LoggerFactory.getLogger(Dnnl.class);

    private static final ThreadLocal<Boolean> ALONE = ThreadLocal.withInitial(() -> false);

    private static volatile Dnnl only;
    private static volatile int mostThreads = Math.min(Workers.SLOTS, Omp.threadLimit());

    private final dnnl_engine engine = new dnnl_engine();
    private final dnnl_stream stream = new dnnl_stream();

    private Dnnl() {
        check(dnnl_engine_create(engine, dnnl_cpu, 0), "engine");
        check(dnnl_stream_create(stream, engine, dnnl_stream_default_flags), "stream");
    }

    /** The library, loaded once per process; its engine and stream live as long as the process. */
    static Dnnl get() {
        Dnnl known = only;
        return known == null ? load() : known;
    }

    private static synchronized Dnnl load() {
        if (only == null) {
            try {
                Omp.beforeLoading();
                Loader.load(org.bytedeco.dnnl.global.dnnl.class);
                Omp.afterLoading();
                only = new Dnnl();
                checkThreads();
            } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
                throw new BackendUnavailableException(
                        "oneDNN does not load on %s %s (%s); add the org.bytedeco artifacts dnnl, javacpp and opencl with this platform's classifier to the class path"
                                .formatted(
                                        System.getProperty("os.name"),
                                        System.getProperty("os.arch"),
                                        e.getMessage()),
                        e);
            }
        }
        return only;
    }

    /**
     * Makes the team of {@link Teams}' own thread, and falls back to one thread where the system or
     * OpenMP gives fewer than asked for: results would be wrong.
     */
    private static void checkThreads() {
        if (Teams.canStart(mostThreads) && passes(mostThreads)) {
            return;
        }
        LOG.warn(
                """
                cpu: oneDNN gets fewer than the {} threads that it asks for, so it runs on one; \
                look at the OMP_.. environment variables and at the limit of threads (ulimit -u), \
                or set -D{}""",
                mostThreads,
                Workers.PROPERTY);
        mostThreads = 1;
        if (!passes(1)) {
            only = null;
            throw new BackendUnavailableException(
                    "oneDNN computes wrong results on this machine, on one thread too; unset the OMP_.. environment variables",
                    null);
        }
    }

    private static boolean passes(int threads) {
        boolean[] passes = new boolean[1];
        Teams.onOurs(() -> passes[0] = ThreadCheck.passes(threads));
        return passes[0];
    }

    dnnl_engine engine() {
        return engine;
    }

    dnnl_stream stream() {
        return stream;
    }

    /** {@code oneDNN 3.11.0}. */
    static String version() {
        dnnl_version_t v = dnnl_version();
        return "oneDNN %s.%s.%s".formatted(v.major(), v.minor(), v.patch());
    }

    /** Threads for a oneDNN call of that much one-thread work. */
    static int threads(double nanoseconds) {
        return nanoseconds < PARALLEL_PAYS_NS || ALONE.get() ? 1 : mostThreads;
    }

    /** Makes something whose oneDNN calls keep to the thread that makes them. */
    static <T> T oneThreaded(Supplier<T> maker) {
        boolean before = ALONE.get();
        ALONE.set(true);
        try {
            return maker.get();
        } finally {
            ALONE.set(before);
        }
    }

    /** The most threads that a call gets. */
    static int mostThreads() {
        return mostThreads;
    }

    /** Turns a status that is not success into an error that names the call. */
    static void check(int status, String what) {
        if (status != dnnl_success) {
            String meaning =
                    switch (status) {
                        case 1 -> "out of memory";
                        case 2 -> "invalid arguments";
                        case 3 -> "unimplemented";
                        case 4 -> "last implementation reached";
                        case 5 -> "runtime error";
                        case 6 -> "not required";
                        default -> "unknown";
                    };
            throw new IllegalStateException(
                    "oneDNN: %s: %s (status %s)".formatted(what, meaning, status));
        }
    }

    /** A dense row-major float32 descriptor. */
    static dnnl_memory_desc dense(long... dims) {
        long[] strides = new long[dims.length];
        long s = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = s;
            s *= dims[i];
        }
        return strided(dims, strides);
    }

    /** A float32 descriptor with strides in elements. */
    static dnnl_memory_desc strided(long[] dims, long[] strides) {
        dnnl_memory_desc md = new dnnl_memory_desc();
        check(
                dnnl_memory_desc_create_with_strides(md, dims.length, dims, dnnl_f32, strides),
                "memory descriptor");
        return md;
    }

    /** A float32 descriptor whose layout the primitive chooses. */
    static dnnl_memory_desc any(long... dims) {
        dnnl_memory_desc md = new dnnl_memory_desc();
        check(
                dnnl_memory_desc_create_with_tag(
                        md, dims.length, dims, dnnl_f32, dnnl_format_tag_any),
                "memory descriptor");
        return md;
    }

    /** Attributes with the scratchpad in our hands. */
    static dnnl_primitive_attr attributes() {
        dnnl_primitive_attr attr = new dnnl_primitive_attr();
        check(dnnl_primitive_attr_create(attr), "attributes");
        check(
                dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user),
                "scratchpad mode");
        return attr;
    }

    /** Which implementation was chosen; {@code ref} in it means slow. */
    static String implementation(dnnl_primitive_desc pd) {
        try (PointerPointer<BytePointer> p = new PointerPointer<>(1)) {
            check(
                    dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, p),
                    "implementation name");
            return p.get(BytePointer.class, 0).getString();
        }
    }
}
