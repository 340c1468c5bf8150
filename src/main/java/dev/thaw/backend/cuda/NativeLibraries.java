package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.BackendUnavailableException;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * NVIDIA's libraries on this machine: CUDA 12 or 13 with cuDNN 9. They are loaded by absolute path,
 * before any class of JCuda is touched, so that nobody has to set a library path.
 *
 * @param driver the driver's library
 * @param cublas cuBLAS
 * @param cudnn cuDNN
 * @param nvrtc the run-time compiler; null where there is none
 * @param major CUDA's major version: JCuda wants 12, and 13 needs the bridges
 * @param search where was looked
 */
record NativeLibraries(
        Path driver, Path cublas, Path cudnn, Path nvrtc, int major, LibrarySearch search) {
    private static final boolean WINDOWS = System.getProperty("os.name", "").startsWith("Windows");
    private static final String DRIVER = WINDOWS ? "nvcuda.dll" : "libcuda.so.1";
    private static final String CUDNN = WINDOWS ? "cudnn64_9.dll" : "libcudnn.so.9";
    private static final String OR_CPU = ", or run on the CPU (-Dthaw.device=cpu)";

    /** Whether there is a cuBLAS and a cuDNN. */
    static boolean complete(LibrarySearch search) {
        return search.find(names("cublas")).isPresent() && search.find(CUDNN).isPresent();
    }

    /** Finds all of them, or says which one is missing. Loads nothing. */
    static NativeLibraries find(LibrarySearch search) {
        Optional<Path> driver = search.find(DRIVER);
        if (driver.isEmpty() && search.exclusive()) {
            // a folder of CUDA's libraries seldom has the driver's
            driver = search.usualPlaces().find(DRIVER);
        }
        if (driver.isEmpty()) {
            throw missing(
                    "no NVIDIA driver: looked for %s in %s; install NVIDIA's driver for this GPU"
                            .formatted(DRIVER, search.places()));
        }
        return find(search, driver.get());
    }

    /** Finds all but the driver. */
    static NativeLibraries find(LibrarySearch search, Path driver) {
        Path cublas =
                search.find(names("cublas"))
                        .orElseThrow(
                                () ->
                                        notFound(
                                                "cuBLAS",
                                                String.join(" or ", names("cublas")),
                                                "CUDA 12 or 13",
                                                search));
        Path cudnn =
                search.find(CUDNN).orElseThrow(() -> notFound("cuDNN 9", CUDNN, "cuDNN 9", search));
        int major = cublas.getFileName().toString().contains("12") ? 12 : 13;
        Path nvrtc = search.find(nvrtcName(major)).orElse(null);
        return new NativeLibraries(driver, cublas, cudnn, nvrtc, major, search);
    }

    private static BackendUnavailableException notFound(
            String what, String files, String install, LibrarySearch search) {
        return missing(
                "no %s: looked for %s in %s; install %s, or set %s to the folder where it is"
                        .formatted(what, files, search.places(), install, LibrarySearch.HOME));
    }

    private static BackendUnavailableException missing(String what) {
        return new BackendUnavailableException(what + OR_CPU, null);
    }

    /** Version 12 first: it needs no bridge, and an older driver. */
    private static String[] names(String library) {
        return WINDOWS
                ? new String[] {library + "64_12.dll"}
                : new String[] {"lib" + library + ".so.12", "lib" + library + ".so.13"};
    }

    private static String nvrtcName(int major) {
        return WINDOWS ? "nvrtc64_" + major + "0_0.dll" : "libnvrtc.so." + major;
    }

    /** Whether JCuda reaches these libraries by the bridges. */
    boolean bridged() {
        return major == 13;
    }

    /** Loads everything, each before what needs it, and JCuda's own natives behind it. */
    void load(NativeFolder folder) {
        load(driver, "reinstall NVIDIA's driver");
        folder.loadJCuda("jcuda.driver.JCudaDriver");
        loadToolkit(folder);
    }

    /** Loads what needs no driver. */
    void loadToolkit(NativeFolder folder) {
        beside(cublas, "libcublasLt.so." + major).ifPresent(f -> load(f, "reinstall CUDA"));
        load(cublas, "reinstall CUDA");
        if (bridged()) {
            load(folder.bridge("libcublas.so.12"), "report this");
        }
        folder.loadJCuda("jcuda.jcublas.JCublas2");
        if (nvrtc != null) {
            builtins().forEach(f -> load(f, "reinstall CUDA"));
            load(nvrtc, "reinstall CUDA");
            if (bridged()) {
                load(folder.bridge("libnvrtc.so.12"), "report this");
            }
            folder.loadJCuda("jcuda.nvrtc.JNvrtc");
        }
        load(cudnn, "reinstall cuDNN 9");
        folder.loadJCuda("jcuda.jcudnn.JCudnn");
    }

    /** Headers and built-in functions of the run-time compiler: {@code *.so.13.0}. */
    private List<Path> builtins() {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> all =
                Files.newDirectoryStream(
                        nvrtc.getParent(), "libnvrtc-builtins.so." + major + "*")) {
            all.forEach(found::add);
        } catch (IOException e) {
            // then the compiler looks for them itself
        }
        return found.stream().sorted().limit(1).toList();
    }

    private static Optional<Path> beside(Path file, String name) {
        return Optional.of(file.resolveSibling(name)).filter(Files::exists);
    }

    private static void load(Path file, String remedy) {
        try {
            System.load(file.toAbsolutePath().toString());
        } catch (UnsatisfiedLinkError e) {
            String reason = e.getMessage().replace(file.toAbsolutePath() + ": ", "");
            throw new BackendUnavailableException(
                    "%s cannot be loaded (%s); %s%s".formatted(file, reason, remedy, OR_CPU), e);
        }
    }
}
