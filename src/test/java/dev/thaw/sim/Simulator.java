package dev.thaw.sim;

import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Assumptions;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The CUDA driver, cuBLAS and cuDNN without a GPU: {@code native/sim}, built under {@code
 * target/sim} and loaded into this JVM, so that JCuda's own jars and the project's own kernels run
 * on the CPU. It proves logic: the order of calls, their arguments, who owns which memory. It says
 * nothing about a GPU's rounding or speed.
 *
 * <p>It is loaded before any class of JCuda, at the first {@link #require()}, and stays for as long
 * as the JVM runs; from then on {@code Device.cuda(0)} is the simulator. It is never loaded where a
 * driver of NVIDIA's works, nor where there is no g++: {@link #require()} then skips the test and
 * says why.
 */
public final class Simulator {
    /** What is counted; from {@link #LIVE_ALLOCATIONS} on, what there is now. */
    public enum Counter {
        HOST_TO_DEVICE_COPIES,
        HOST_TO_DEVICE_BYTES,
        DEVICE_TO_HOST_COPIES,
        DEVICE_TO_HOST_BYTES,
        DEVICE_TO_DEVICE_COPIES,
        DEVICE_TO_DEVICE_BYTES,
        MEMSETS,
        /** Kernels that ran, those of replayed graphs included. */
        KERNEL_LAUNCHES,
        GRAPH_LAUNCHES,
        /** Calls of cuBLAS and cuDNN that ran. */
        LIBRARY_CALLS,
        SYNCHRONIZES,
        ALLOCATIONS,
        /** Refused calls, see {@link Simulator#reports()}. */
        REPORTS,
        LIVE_ALLOCATIONS,
        LIVE_BYTES,
        /** Bytes of page-locked memory. */
        LIVE_PINNED,
        LIVE_STREAMS,
        LIVE_EVENTS,
        LIVE_MODULES,
        LIVE_GRAPHS,
        /** Handles and descriptors of cuBLAS and cuDNN. */
        LIVE_DESCRIPTORS,
        /** Operations that wait to run. */
        QUEUED
    }

    /** What can be set; each has an environment variable {@code THAW_SIM_} and its name. */
    public enum Setting {
        /** 1: queued work runs only when something waits for it, so that a missing wait is seen. */
        DEFERRED,
        /** 1: blocks and threads run from the last to the first, so that races are seen. */
        REVERSED,
        /** Bytes of the device. */
        MEMORY,
        /** 13000 is CUDA 13.0. */
        DRIVER_VERSION,
        /** How many GPUs the driver sees. */
        DEVICES,
        /** 1: refusals are not printed. */
        QUIET,
        /** 1: keeps the names of what ran, see {@link Simulator#trace()}. */
        TRACE,
        /** 1: kernels and library calls are checked and noted, and none runs. */
        DRY,
        /** Multiprocessors of the device. */
        PROCESSORS,
        /** 0: accesses whose order nothing settles are not looked for. */
        HAZARDS,
        /** 1: counts each kernel's loads in a row, see {@link Simulator#loads()}. */
        LOADS,
        /**
         * 1: cuDNN refuses queries for algorithms, 2: for workspaces, 3: every call that computes;
         * it leaves what it should have written as it was.
         */
        CUDNN_REFUSES,
        /** Bytes that the host lets be page-locked. */
        PINNED
    }

    private static final Path SOURCES = Path.of("native", "sim");
    private static final Path HOME = Path.of("target", "sim").toAbsolutePath();

    /** What the environment asks {@code build.sh} for, so where it puts the kernels. */
    private static final String FLAVOUR =
            flavour("THAW_SIM_FMA", "-fma") + flavour("THAW_SIM_FORMS", "-forms");

    private static final Path KERNELS = HOME.resolve("kernels" + FLAVOUR);
    private static final String[] LIBRARIES = {"libcuda.so.1", "libcublas.so.12", "libcudnn.so.9"};
    private static final String[] JCUDA = {
        "jcuda.driver.JCudaDriver", "jcuda.jcublas.JCublas2", "jcuda.jcudnn.JCudnn"
    };

    /** Why it cannot be used, found at the first call; null where it works. */
    private static String refusal;

    private static Simulator loaded;

    private final long[] defaults = new long[Setting.values().length];

    private Simulator() {
        for (Setting s : Setting.values()) {
            defaults[s.ordinal()] = setting(s.ordinal());
        }
    }

    /** The simulator; where it cannot be, skips the calling test with the reason, loudly. */
    public static synchronized Simulator require() {
        if (loaded == null && refusal == null) {
            refusal = load();
            if (refusal != null) {
                System.err.println("SKIPPED: the tests on the CUDA simulator: " + refusal);
            }
        }
        Assumptions.assumeTrue(refusal == null, () -> "no CUDA simulator: " + refusal);
        return loaded;
    }

    /** Does something with the simulator where it has been loaded. */
    static synchronized void ifLoaded(Consumer<Simulator> action) {
        if (loaded != null) {
            action.accept(loaded);
        }
    }

    private static String load() {
        if (!System.getProperty("os.name").equals("Linux")
                || !System.getProperty("os.arch").equals("amd64")) {
            return "it is for Linux on x86-64 only";
        }
        if (!Files.isDirectory(SOURCES)) {
            return SOURCES + " is not here; run the tests in the project's folder";
        }
        if (run(HOME, "g++", "--version").status() != 0) {
            return "g++ is not here; install gcc and g++ to run them";
        }
        Outcome build = run(HOME, buildCommand());
        if (build.status() != 0) {
            throw new IllegalStateException("native/sim/build.sh failed:\n" + build.text());
        }
        Outcome probe = run(HOME, HOME.resolve("probe").toString());
        if (probe.status() == 0) {
            return "a driver of NVIDIA's works here (" + probe.text().strip() + "); use that";
        }
        for (String library : LIBRARIES) {
            System.load(HOME.resolve("lib").resolve(library).toString());
        }
        loadJCuda();
        // what the CUDA backend goes by
        System.setProperty("thaw.cuda.home", HOME.toString());
        System.setProperty("thaw.cuda.kernels", KERNELS.toString());
        if (System.getProperty("thaw.cuda.batchnorm") == null) {
            System.setProperty("thaw.cuda.batchnorm", "own"); // its clock tells nothing of a GPU's
        }
        loaded = new Simulator();
        return null;
    }

    private static String flavour(String variable, String suffix) {
        return "1".equals(System.getenv(variable)) ? suffix : "";
    }

    private static String[] buildCommand() {
        List<String> command = new ArrayList<>();
        command.add("bash");
        command.add(SOURCES.resolve("build.sh").toString());
        command.add(HOME.toString());
        for (Path folder : List.of(Path.of("kernels"), SOURCES.resolve("test"))) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*.cu")) {
                all.forEach(f -> command.add(f.toString()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return command.toArray(new String[0]);
    }

    /** JCuda unpacks its natives where this property points: here, not into the shared folder. */
    private static void loadJCuda() {
        String before = System.getProperty("java.io.tmpdir");
        try {
            System.setProperty(
                    "java.io.tmpdir", Files.createDirectories(HOME.resolve("natives")).toString());
            for (String name : JCUDA) {
                Class.forName(name);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
    }

    /**
     * Compiles a file of kernels as {@code build.sh} does.
     *
     * @param module the {@code .cubin} to write, beside its shared object
     */
    public static void compile(Path source, Path module) throws IOException {
        Path shared = Path.of(module + ".so").toAbsolutePath();
        Outcome outcome =
                run(
                        HOME,
                        "bash",
                        SOURCES.resolve("tools").resolve("compile-kernel.sh").toString(),
                        HOME.resolve("lib").resolve(LIBRARIES[0]).toString(),
                        source.toString(),
                        shared.toString());
        if (outcome.status() != 0) {
            throw new IllegalStateException("compile-kernel.sh failed:\n" + outcome.text());
        }
        Files.writeString(module, "THAW SIMULATED MODULE\n" + shared + "\n");
    }

    private record Outcome(int status, String text) {}

    private static Outcome run(Path folder, String... command) {
        try {
            Files.createDirectories(folder);
            Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
            String text = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(p.waitFor(), text);
        } catch (IOException e) {
            return new Outcome(-1, e.toString());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The folder with {@code lib/}, as {@code -Dthaw.cuda.home} takes it. */
    public Path home() {
        return HOME;
    }

    /** The image of {@code NAME.cu} for {@code cuModuleLoadData}, with a 0 at its end. */
    public byte[] module(String name) {
        try {
            byte[] text = Files.readAllBytes(KERNELS.resolve(name + ".cubin"));
            return Arrays.copyOf(text, text.length + 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a counter. */
    public long count(Counter which) {
        return counter(which.ordinal());
    }

    /** Sets the counters to 0, except those of what there is now. */
    public void resetCounters() {
        resetCounters0();
    }

    /** Reads a setting. */
    public long get(Setting which) {
        return setting(which.ordinal());
    }

    /** Changes a setting. Ending {@link Setting#DEFERRED} runs what is queued. */
    public void set(Setting which, long value) {
        set(which.ordinal(), value);
    }

    /** The settings as they were when the simulator was loaded; no counts, reports or errors. */
    public void reset() {
        for (Setting s : Setting.values()) {
            set(s.ordinal(), defaults[s.ordinal()]);
        }
        resetCounters0();
        clear0();
    }

    /** Forgets reports and trace, and the error that a failed kernel leaves in the context. */
    public void clear() {
        clear0();
    }

    /** Forgets the error that a failed kernel leaves in the context, and nothing else. */
    public void forgive() {
        forgive0();
    }

    /** The refused calls so far, each with the status that it got, in brackets at the end. */
    public List<String> reports() {
        return lines(Simulator::reports);
    }

    /** What ran while {@link Setting#TRACE} was set: names of kernels, calls and copies. */
    public List<String> trace() {
        return lines(Simulator::trace);
    }

    /**
     * While {@link Setting#LOADS} was set: for each kernel the most rounds of loads of a thread,
     * and the launch it had them in. {@code native/sim/driver/loads.h} says what a round is.
     */
    public List<String> loads() {
        return lines(Simulator::loads);
    }

    /**
     * Where the environment has {@code THAW_SIM_FORMS=1}: the functions of kernels that ran, each
     * as its module's path, a space and its place there, which is what {@code nm} gives.
     */
    public List<String> forms() {
        return lines(Simulator::forms);
    }

    /** Writes as much text as there is room for; gives the length of all of it. */
    private interface Text {
        long copy(long buffer, long capacity);
    }

    private static List<String> lines(Text source) {
        long length = source.copy(0, 0);
        try (BytePointer buffer = new BytePointer(length + 1)) {
            source.copy(buffer.address(), length + 1);
            byte[] text = new byte[(int) length];
            buffer.get(text);
            return new String(text, StandardCharsets.UTF_8).lines().toList();
        }
    }

    // driver/report.cpp has these
    private static native long counter(int which);

    private static native void resetCounters0();

    private static native long setting(int which);

    private static native void set(int which, long value);

    private static native long reports(long buffer, long capacity);

    private static native long trace(long buffer, long capacity);

    private static native long loads(long buffer, long capacity);

    private static native long forms(long buffer, long capacity);

    private static native void clear0();

    private static native void forgive0();
}
