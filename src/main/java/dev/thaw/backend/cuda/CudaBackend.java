package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.file.CacheFolder;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.tensor.Tensor;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Runs plans on one NVIDIA GPU: cuBLAS and cuDNN where they are right, our own kernels elsewhere.
 */
final class CudaBackend implements Backend {
    /** Set to false, this system property makes plans launch their kernels one by one. */
    static final String GRAPHS = "thaw.cuda.graphs";

    private final NativeLibraries libraries;
    private final Gpu gpu;
    private final Engine engine;
    private final CudaKernelTable table;
    private final Dispatch dispatch;
    private final RuntimeCompiler compiler;
    private final boolean graphs = !"false".equals(System.getProperty(GRAPHS));
    private final Set<Recording> recordings = ConcurrentHashMap.newKeySet();

    /**
     * @param watch what trials are timed by; null for the GPU's own clock
     */
    CudaBackend(int index, NativeLibraries libraries, CudaKernelTable table, Stopwatch watch) {
        this.libraries = libraries;
        this.table = table;
        Map<Family, String> wishes = Family.wishes();
        gpu = Gpu.open(index, libraries);
        try {
            compiler =
                    libraries.nvrtc() == null
                            ? null
                            : new RuntimeCompiler(
                                    CacheFolder.get(), libraries.search().includeFolders());
            engine = new Engine(gpu, compiler);
        } catch (RuntimeException | Error e) {
            gpu.close();
            throw e;
        }
        dispatch =
                new Dispatch(
                        engine,
                        table,
                        this::sequence,
                        watch == null ? Stopwatch.events(gpu) : watch,
                        wishes);
    }

    @Override
    public String name() {
        return "cuda:" + gpu.index();
    }

    @Override
    public String description() {
        return gpu.alone(this::describe);
    }

    private String describe() {
        String nvrtc =
                compiler == null
                        ? "no NVRTC"
                        : "NVRTC " + compiler.version() + " (" + libraries.nvrtc() + ")";
        return String.join(
                "; ",
                gpu.describe(),
                "driver " + libraries.driver(),
                engine.versions(),
                libraries.cublas() + (libraries.bridged() ? " by way of a bridge" : ""),
                libraries.cudnn().toString(),
                nvrtc,
                engine.settings(),
                dispatch.settings(),
                graphs ? "graphs on" : "graphs off");
    }

    @Override
    public Set<Class<? extends Op>> ops() {
        return table.ops();
    }

    @Override
    public int alignment() {
        return DeviceAddress.ALIGNMENT;
    }

    /** cuDNN, which runs the others, pads on both sides alike. */
    @Override
    public boolean padsUnevenly(Op op) {
        return op instanceof DepthwiseConvolution;
    }

    @Override
    public Buffer allocate(long bytes, String label) {
        return gpu.alone(() -> engine.memory().allocate(bytes, label));
    }

    @Override
    public void requireRoom(long bytes, String label) {
        gpu.alone(() -> engine.memory().requireRoom(bytes, label));
    }

    @Override
    public void upload(Tensor source, Buffer target) {
        gpu.alone(() -> engine.staging().upload(source, (CudaBuffer) target));
    }

    @Override
    public void download(Buffer source, Tensor target) {
        gpu.alone(() -> engine.staging().download((CudaBuffer) source, target));
    }

    @Override
    public Prepared prepare(Op op, Predicate<Value> steady) {
        return new Exclusive.Op(gpu, gpu.alone(() -> dispatch.prepare(op)));
    }

    @Override
    public Kernel sequence(List<Kernel> kernels) {
        List<Kernel> bare = kernels.stream().map(Exclusive::bare).toList();
        return new Exclusive(
                gpu,
                graphs && !bare.isEmpty() // one op may be several launches
                        ? new Recording(bare, gpu.stream(), engine.memory(), recordings)
                        : Backend.super.sequence(bare));
    }

    @Override
    public boolean asynchronous() {
        return true;
    }

    @Override
    public void synchronize() {
        gpu.alone(gpu::synchronize);
    }

    @Override
    public void close() {
        gpu.alone(
                () -> {
                    gpu.synchronize();
                    recordings.forEach(Recording::close); // of plans that nobody closed
                    engine.close();
                    gpu.close();
                });
    }
}
