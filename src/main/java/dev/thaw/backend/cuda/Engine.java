package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.cuMemsetD8Async;
import static jcuda.jcublas.JCublas2.*;
import static jcuda.jcudnn.JCudnn.*;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.op.Op;
import dev.thaw.op.Value;

import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcudnn.cudnnHandle;
import jcuda.runtime.cudaStream_t;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** What all kernels need: the GPU, its memory, the modules, and the handles of the libraries. */
final class Engine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    /** The system property that lets matrix products and convolutions round to TF32. */
    static final String TF32 = "thaw.cuda.tf32";

    /** What cuBLAS asks for on the largest GPUs, and the most that it gets of a small one. */
    private static final long CUBLAS_WORKSPACE = 32L << 20;

    private static final int CUBLAS_SHARE = 64;

    /** How many groups of blocks of a launch can find out which of them ends last. */
    static final int TICKETS = 1 << 14;

    private static final int BLOCKS_PER_MULTIPROCESSOR = 8;
    private static final int THREADS = 256;
    private static final int WARP = 32;

    /** Up to this many numbers, one warp is enough for a row. */
    private static final int SHORT_ROW = 1024;

    private final Gpu gpu;
    private final DeviceMemoryPool memory;
    private final HostMemory hostMemory;
    private final Staging staging;
    private final KernelModules modules;
    private final CudaBuffer workspace;
    private final CudaBuffer tickets;
    private final cublasHandle cublas = new cublasHandle();
    private final cudnnHandle cudnn = new cudnnHandle();
    private final boolean tf32 = Boolean.getBoolean(TF32);
    private final boolean find = CudnnFind.read();
    private final Set<String> refused = new HashSet<>();
    private final Pointer one;
    private final Pointer zero;
    private final Deque<Runnable> owned = new ArrayDeque<>();

    /**
     * @param compiler null where there is no NVRTC
     */
    Engine(Gpu gpu, RuntimeCompiler compiler) {
        this.gpu = gpu;
        try {
            memory = new DeviceMemoryPool(gpu);
            owned.push(memory::close);
            hostMemory = new HostMemory(memory);
            owned.push(hostMemory::close);
            modules = new KernelModules(gpu, memory, compiler);
            owned.push(modules::close);
            tickets = memory.allocate((long) TICKETS * Integer.BYTES, "tickets");
            owned.push(tickets::close);
            Status.driver(
                    cuMemsetD8Async(tickets.address(), (byte) 0, tickets.bytes(), gpu.stream()),
                    "cuMemsetD8Async",
                    "tickets");
            staging = new Staging(gpu, memory);
            owned.push(staging::close);
            one = number(1);
            zero = number(0);
            // its own it would allocate while a step is recorded; told the stream, it forgets ours
            workspace =
                    memory.allocate(
                            Math.min(CUBLAS_WORKSPACE, gpu.memory()[1] / CUBLAS_SHARE), "cuBLAS");
            owned.push(workspace::close);
            openLibraries(new cudaStream_t(gpu.stream()));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Pointer number(float value) {
        HostMemory.Block block = hostMemory.take(Float.BYTES);
        block.bytes().putFloat(0, value);
        return block.address();
    }

    /** A handle whose creation failed must not be used, not even to be told its stream. */
    private void openLibraries(cudaStream_t stream) {
        Status.cublas(cublasCreate(cublas), "cublasCreate", "open");
        owned.push(() -> cublasDestroy(cublas));
        Status.cublas(cublasSetStream(cublas, stream), "cublasSetStream", "open");
        Status.cublas(
                cublasSetWorkspace(cublas, workspace.address(), workspace.bytes()),
                "cublasSetWorkspace",
                "open");
        int mode = tf32 ? cublasMath.CUBLAS_TF32_TENSOR_OP_MATH : cublasMath.CUBLAS_DEFAULT_MATH;
        Status.cublas(cublasSetMathMode(cublas, mode), "cublasSetMathMode", "open");
        Status.cudnn(cudnnCreate(cudnn), "cudnnCreate", "open");
        owned.push(() -> cudnnDestroy(cudnn));
        Status.cudnn(cudnnSetStream(cudnn, stream), "cudnnSetStream", "open");
    }

    Gpu gpu() {
        return gpu;
    }

    DeviceMemoryPool memory() {
        return memory;
    }

    Staging staging() {
        return staging;
    }

    /**
     * {@link #TICKETS} numbers of 4 bytes that are 0 before and after each launch. All launches
     * share them, as there is one stream and none of them overlap.
     */
    DeviceAddress tickets() {
        return tickets.address();
    }

    HostMemory hostMemory() {
        return hostMemory;
    }

    cublasHandle cublas() {
        return cublas;
    }

    cudnnHandle cudnn() {
        return cudnn;
    }

    boolean tf32() {
        return tf32;
    }

    /** Whether convolutions' algorithms are measured, not guessed. */
    boolean finds() {
        return find;
    }

    /** The settings in words. */
    String settings() {
        return (tf32 ? "TF32 on" : "TF32 off") + (find ? "; convolutions measured" : "");
    }

    /** The number 1, for cuBLAS and cuDNN. */
    Pointer one() {
        return one;
    }

    /** The number 0, for cuBLAS and cuDNN. */
    Pointer zero() {
        return zero;
    }

    CUfunction function(String file, String name) {
        return modules.function(file, name);
    }

    /** Begins the arguments of a kernel of this op. */
    Arguments arguments(Op op, Function<Value, Buffer> buffers) {
        return new Arguments(this, buffers, describe(op));
    }

    /** An op with the shapes of its operands, for messages. */
    static String describe(Op op) {
        StringBuilder s = new StringBuilder(op.print());
        for (List<Value> operands : List.of(op.inputs(), op.outputs())) {
            for (Value v : operands) {
                s.append(' ').append(v).append(v.shape());
            }
        }
        return s.toString();
    }

    /** An op with its shapes and attributes, the same for all ops of that kind. */
    static String geometry(Op op) {
        StringBuilder s = new StringBuilder(op.getClass().getSimpleName());
        op.inputs().forEach(v -> s.append(' ').append(v.shape()));
        s.append(" ->");
        op.outputs().forEach(v -> s.append(' ').append(v.shape()));
        String print = op.print();
        int attributes = print.indexOf(" (");
        return s + (attributes < 0 ? "" : print.substring(attributes));
    }

    /** Tells, once for each geometry, that kernels of our own take the place of cuDNN's. */
    void refused(Op op, CudnnException e) {
        String geometry = geometry(op);
        if (refused.add(geometry)) {
            LOG.warn(
                    "cuDNN refuses {}, which kernels of our own compute instead (a convolution far slower): {}",
                    geometry,
                    e.answer());
        }
    }

    /** A grid for so many independent pieces of work, each a few nanoseconds long. */
    Launch.Grid grid(long work) {
        long blocks = Math.max(1, (work + THREADS - 1) / THREADS);
        return Launch.Grid.of((int) Math.min(blocks, most()), THREADS);
    }

    /**
     * The same for kernels whose threads take four neighbours at a time: one access of 16 bytes, or
     * what one block of Philox serves.
     */
    Launch.Grid vectors(long elements) {
        return grid((elements + 3) / 4);
    }

    /** A grid for kernels that give each row of numbers a row of threads. */
    Launch.Grid rows(long rows, long columns) {
        boolean perWarp = columns <= SHORT_ROW;
        int perBlock = perWarp ? THREADS / WARP : 1;
        long blocks = Math.min((rows + perBlock - 1) / perBlock, most());
        return Launch.Grid.of(blocks, 1, 1, perWarp ? WARP : THREADS, perBlock);
    }

    /**
     * The same for kernels that keep a row in their registers; a thread has room for four times as
     * much of one that 16 bytes divide.
     */
    Launch.Grid heldRows(long rows, int columns) {
        return rows(rows, columns % 4 == 0 ? columns : 4L * columns);
    }

    /** Blocks that fill the GPU. */
    int most() {
        return gpu.multiprocessors() * BLOCKS_PER_MULTIPROCESSOR;
    }

    String versions() {
        int[] version = new int[1];
        Status.cublas(cublasGetVersion(cublas, version), "cublasGetVersion", "version");
        return "cuBLAS " + version[0] + ", cuDNN " + cudnnGetVersion();
    }

    @Override
    public void close() {
        gpu.synchronize();
        while (!owned.isEmpty()) {
            owned.pop().run();
        }
    }
}
