package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.cuModuleLoadData;
import static jcuda.driver.JCudaDriver.cuModuleUnload;

import jcuda.driver.CUmodule;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Both roads of the kernels to the GPU, tried by itself: packed machine code, and NVRTC. */
public final class KernelImages {
    private KernelImages() {}

    /**
     * Loads what was packed of each file, and compiles and loads one of them.
     *
     * @return a line for each that failed
     */
    public static List<String> tryAll(List<String> files, String compiled) {
        NativeLibraries libraries = CudaProvider.libraries();
        List<String> failures = new ArrayList<>();
        try (Gpu gpu = Gpu.open(0, libraries);
                DeviceMemoryPool memory = new DeviceMemoryPool(gpu);
                KernelModules packed = new KernelModules(gpu, memory, null)) {
            for (String file : files) {
                attempt("packed " + file, failures, () -> packed.module(file));
            }
            if (libraries.nvrtc() == null) {
                System.out.println("no NVRTC: that road is not there");
                return failures;
            }
            attempt(
                    "compiled " + compiled,
                    failures,
                    () -> {
                        CUmodule module = new CUmodule();
                        byte[] cubin =
                                new RuntimeCompiler(empty(), libraries.search().includeFolders())
                                        .cubin(KernelSource.of(compiled), gpu.capability());
                        Status.driver(
                                cuModuleLoadData(module, cubin), "cuModuleLoadData", compiled);
                        cuModuleUnload(module);
                    });
        }
        return failures;
    }

    private static Path empty() {
        try {
            return Files.createTempDirectory("kernels");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void attempt(String what, List<String> failures, Runnable work) {
        long begin = System.nanoTime();
        try {
            work.run();
            System.out.printf("%s: %.0f ms%n", what, (System.nanoTime() - begin) / 1e6);
        } catch (RuntimeException e) {
            failures.add(what + ": " + e.getMessage());
        }
    }
}
