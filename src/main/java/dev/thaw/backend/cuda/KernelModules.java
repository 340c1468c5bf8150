package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.*;

import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The kernels on the GPU, one module per file of {@code kernels/}, loaded when first asked for.
 * Where the build packed machine code for many architectures (a fatbin) and the driver can read it,
 * that is taken; else the run-time compiler makes it.
 */
final class KernelModules implements AutoCloseable {
    /**
     * A folder with modules that somebody else compiled: {@code NAME.fatbin} or {@code NAME.cubin}
     * for each file, or one {@code kernels.module} for all of them.
     */
    static final String FOLDER_PROPERTY = "thaw.cuda.kernels";

    /** nvcc 13 made the fatbins. */
    private static final int FATBIN_DRIVER = 13000;

    private final Gpu gpu;
    private final DeviceMemoryPool memory;
    private final RuntimeCompiler compiler;
    private final Map<String, CUmodule> modules = new HashMap<>();
    private final Map<String, CUfunction> functions = new HashMap<>();

    /**
     * @param compiler null where there is no NVRTC
     */
    KernelModules(Gpu gpu, DeviceMemoryPool memory, RuntimeCompiler compiler) {
        this.gpu = gpu;
        this.memory = memory;
        this.compiler = compiler;
    }

    /** The kernel of this name in this file. */
    CUfunction function(String file, String name) {
        return functions.computeIfAbsent(file + "/" + name, key -> find(file, name));
    }

    private CUfunction find(String file, String name) {
        CUfunction function = new CUfunction();
        Status.driver(
                cuModuleGetFunction(function, module(file), name),
                "cuModuleGetFunction",
                name + " of " + file + ".cu");
        return function;
    }

    CUmodule module(String file) {
        return modules.computeIfAbsent(file, this::load);
    }

    private CUmodule load(String file) {
        CUmodule module = new CUmodule();
        byte[] image = terminated(image(file));
        Status.driver(
                memory.insist(() -> cuModuleLoadData(module, image)),
                "cuModuleLoadData",
                file + ".cu");
        return module;
    }

    /** The driver reads text, such as PTX, up to a zero. */
    private static byte[] terminated(byte[] image) {
        return Arrays.copyOf(image, image.length + 1);
    }

    private byte[] image(String file) {
        String folder = System.getProperty(FOLDER_PROPERTY);
        if (folder != null) {
            return given(Path.of(folder), file);
        }
        byte[] fatbin = KernelSource.resource(file + ".fatbin");
        if (fatbin != null && gpu.driverVersion() >= FATBIN_DRIVER) {
            return fatbin;
        }
        if (compiler == null) {
            throw new CudaException(
                    "cuda: no machine code for %s.cu: %s, and no NVRTC was found to make some; install CUDA's NVRTC"
                            .formatted(
                                    file,
                                    fatbin == null
                                            ? "none was packed when this jar was built"
                                            : "the packed one needs a driver for CUDA 13"));
        }
        return compiler.cubin(KernelSource.of(file), gpu.capability());
    }

    private static byte[] given(Path folder, String file) {
        for (String name : new String[] {file + ".fatbin", file + ".cubin", "kernels.module"}) {
            Path image = folder.resolve(name);
            if (Files.exists(image)) {
                try {
                    return Files.readAllBytes(image);
                } catch (IOException e) {
                    throw new CudaException("cuda: cannot read %s: %s".formatted(image, e));
                }
            }
        }
        throw new CudaException(
                "cuda: %s (%s) has no module %s".formatted(folder, FOLDER_PROPERTY, file));
    }

    @Override
    public void close() {
        modules.values().forEach(m -> cuModuleUnload(m));
        modules.clear();
        functions.clear();
    }
}
