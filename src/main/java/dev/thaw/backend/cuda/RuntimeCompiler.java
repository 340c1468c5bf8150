package dev.thaw.backend.cuda;

import static jcuda.nvrtc.JNvrtc.*;

import jcuda.nvrtc.nvrtcProgram;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Compiles kernels for the GPU at hand with the NVRTC that came with the user's CUDA, to machine
 * code: never to PTX, which an older driver might not read. What was compiled once is kept on disk
 * under (source, architecture, compiler version), each file with a checksum in front.
 */
final class RuntimeCompiler {
    private static final Logger LOG = LoggerFactory.getLogger(RuntimeCompiler.class);
    private static final int CHECKSUM = 64;

    private final Path cache;
    private final List<Path> includeFolders;
    private final String version;

    RuntimeCompiler(Path cache, List<Path> includeFolders) {
        this.cache = cache;
        this.includeFolders = includeFolders;
        int[] major = new int[1];
        int[] minor = new int[1];
        Status.nvrtc(nvrtcVersion(major, minor), "nvrtcVersion", "open");
        version = major[0] + "." + minor[0];
    }

    String version() {
        return version;
    }

    /** Machine code for a compute capability, such as 90. */
    byte[] cubin(KernelSource source, int capability) {
        requireSupport(capability);
        Path file =
                cache.resolve("kernels")
                        .resolve(
                                "%s-%s-sm%s-nvrtc%s.cubin"
                                        .formatted(
                                                source.name(),
                                                source.hash().substring(0, 16),
                                                capability,
                                                version));
        byte[] kept = read(file);
        if (kept != null) {
            return kept;
        }
        byte[] cubin = compile(source, capability);
        write(file, cubin);
        return cubin;
    }

    private void requireSupport(int capability) {
        int[] count = new int[1];
        Status.nvrtc(nvrtcGetNumSupportedArchs(count), "nvrtcGetNumSupportedArchs", "compile");
        int[] all = new int[count[0]];
        Status.nvrtc(nvrtcGetSupportedArchs(all), "nvrtcGetSupportedArchs", "compile");
        if (IntStream.of(all).noneMatch(a -> a == capability)) {
            throw new CudaException(
                    "cuda: NVRTC %s cannot compile for compute capability %s.%s (it knows %s); install a newer CUDA 12 or 13"
                            .formatted(
                                    version,
                                    capability / 10,
                                    capability % 10,
                                    Arrays.toString(all)));
        }
    }

    private byte[] compile(KernelSource source, int capability) {
        long start = System.nanoTime();
        nvrtcProgram program = new nvrtcProgram();
        String file = source.name() + ".cu";
        Status.nvrtc(
                nvrtcCreateProgram(program, source.text(), file, 0, null, null),
                "nvrtcCreateProgram",
                file);
        try {
            List<String> options = new ArrayList<>();
            options.add("--gpu-architecture=sm_" + capability);
            options.add("--std=c++17");
            includeFolders.forEach(f -> options.add("-I" + f));
            int status =
                    nvrtcCompileProgram(program, options.size(), options.toArray(String[]::new));
            if (status != 0) {
                String[] log = new String[1];
                nvrtcGetProgramLog(program, log);
                throw new CudaException("cuda: %s does not compile: %s".formatted(file, log[0]));
            }
            long[] size = new long[1];
            Status.nvrtc(nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize", file);
            byte[] cubin = new byte[Math.toIntExact(size[0])];
            Status.nvrtc(nvrtcGetCUBIN(program, cubin), "nvrtcGetCUBIN", file);
            LOG.debug(
                    "{} compiled for sm_{} in {} ms",
                    file,
                    capability,
                    (System.nanoTime() - start) / 1_000_000);
            return cubin;
        } finally {
            nvrtcDestroyProgram(program);
        }
    }

    private static byte[] read(Path file) {
        try {
            byte[] all = Files.readAllBytes(file);
            if (all.length > CHECKSUM) {
                byte[] content = Arrays.copyOfRange(all, CHECKSUM, all.length);
                if (Arrays.equals(checksum(content), Arrays.copyOf(all, CHECKSUM))) {
                    return content;
                }
            }
            LOG.warn("{} is damaged; its kernels are compiled again", file);
        } catch (IOException e) {
            LOG.trace("{} is not there yet", file);
        }
        return null;
    }

    private static void write(Path file, byte[] content) {
        byte[] all = Arrays.copyOf(checksum(content), CHECKSUM + content.length);
        System.arraycopy(content, 0, all, CHECKSUM, content.length);
        try {
            Files.createDirectories(file.getParent());
            NativeFolder.replace(file, all);
        } catch (IOException e) {
            LOG.warn("compiled kernels cannot be kept, and are compiled at each start: {}", "" + e);
        }
    }

    private static byte[] checksum(byte[] content) {
        return NativeFolder.hash(List.of(content)).getBytes(StandardCharsets.US_ASCII);
    }
}
