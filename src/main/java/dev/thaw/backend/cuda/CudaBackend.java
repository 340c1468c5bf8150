package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Op;
import dev.thaw.tensor.Tensor;

import java.util.Set;

/**
 * Runs plans on one NVIDIA GPU: cuBLAS and cuDNN where they are right, our own kernels elsewhere.
 */
final class CudaBackend implements Backend {
    private static final int ALIGNMENT = 256;

    private final NativeLibraries libraries;
    private final Gpu gpu;
    private final Engine engine;
    private final CudaKernelTable table;
    private final RuntimeCompiler compiler;

    CudaBackend(int index, NativeLibraries libraries, CudaKernelTable table) {
        this.libraries = libraries;
        this.table = table;
        gpu = Gpu.open(index, libraries);
        compiler =
                libraries.nvrtc() == null
                        ? null
                        : new RuntimeCompiler(
                                CacheFolder.get(), libraries.search().includeFolders());
        engine = new Engine(gpu, new KernelModules(gpu, compiler));
    }

    @Override
    public String name() {
        return "cuda:" + gpu.index();
    }

    @Override
    public String description() {
        gpu.makeCurrent();
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
                engine.tf32() ? "TF32 on" : "TF32 off");
    }

    @Override
    public Set<Class<? extends Op>> ops() {
        return table.ops();
    }

    @Override
    public int alignment() {
        return ALIGNMENT;
    }

    @Override
    public Buffer allocate(long bytes, String label) {
        gpu.makeCurrent();
        return engine.memory().allocate(bytes, label);
    }

    @Override
    public void upload(Tensor source, Buffer target) {
        gpu.makeCurrent();
        engine.staging().upload(source, (CudaBuffer) target);
    }

    @Override
    public void download(Buffer source, Tensor target) {
        gpu.makeCurrent();
        engine.staging().download((CudaBuffer) source, target);
    }

    @Override
    public Prepared prepare(Op op) {
        gpu.makeCurrent();
        return table.prepare(engine, op);
    }

    @Override
    public void synchronize() {
        gpu.makeCurrent();
        gpu.synchronize();
    }

    @Override
    public void close() {
        gpu.makeCurrent();
        gpu.synchronize();
        engine.close();
        gpu.close();
    }
}
