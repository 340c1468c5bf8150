package dev.thaw.backend.cuda;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The folders in which NVIDIA's libraries may lie, most specific first. Where {@value #HOME} names
 * a folder, nothing else is searched: whoever sets it wants those libraries and no others.
 */
final class LibrarySearch {
    /** The environment variable that names a folder with CUDA's libraries. */
    static final String HOME = "THAW_CUDA_HOME";

    /** The system property that does the same, and wins. */
    static final String HOME_PROPERTY = "thaw.cuda.home";

    private static final List<String> SYSTEM =
            List.of(
                    "usr/lib/x86_64-linux-gnu",
                    "usr/lib64",
                    "usr/lib",
                    "lib/x86_64-linux-gnu",
                    "usr/local/lib",
                    "usr/local/nvidia/lib64", // where containers find the host's driver
                    "usr/lib/wsl/lib",
                    "Windows/System32");

    private final Path root;
    private final Map<String, String> environment;
    private final String home;
    private final Set<Path> folders = new LinkedHashSet<>();

    private LibrarySearch(Path root, Map<String, String> environment, String home) {
        this.root = root;
        this.environment = environment;
        this.home = home;
    }

    /** This machine's folders. */
    static LibrarySearch ofThisMachine() {
        Path root = Path.of("").toAbsolutePath().getRoot();
        return of(root, System.getenv(), System.getProperty(HOME_PROPERTY));
    }

    /**
     * The folders of a machine.
     *
     * @param root where its file system begins
     * @param environment its environment variables
     * @param homeProperty the value of {@value #HOME_PROPERTY}; null where not set
     */
    static LibrarySearch of(Path root, Map<String, String> environment, String homeProperty) {
        String home = homeProperty != null ? homeProperty : environment.get(HOME);
        LibrarySearch s =
                new LibrarySearch(root, environment, home == null || home.isBlank() ? null : home);
        if (s.home != null) {
            s.addInstallation(Path.of(s.home));
        } else {
            s.addUsualPlaces();
        }
        return s;
    }

    private void addUsualPlaces() {
        variable("CUDA_HOME").ifPresent(this::addInstallation);
        variable("CUDA_PATH").ifPresent(this::addInstallation);
        addInstallation(root.resolve("usr/local/cuda"));
        newestFirst(root.resolve("usr/local"), "cuda-*").forEach(this::addInstallation);
        newestFirst(root.resolve("Program Files/NVIDIA GPU Computing Toolkit/CUDA"), "v*")
                .forEach(this::addInstallation);
        newestFirst(root.resolve("Program Files/NVIDIA/CUDNN"), "v9*")
                .forEach(this::addInstallation);
        variable("LD_LIBRARY_PATH", ":").forEach(this::add);
        SYSTEM.forEach(s -> add(root.resolve(s)));
        addLinkerCache();
        addPythons();
    }

    private Optional<Path> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(v -> !v.isBlank()).map(Path::of);
    }

    private List<Path> variable(String name, String separator) {
        return Arrays.stream(environment.getOrDefault(name, "").split(separator))
                .filter(s -> !s.isBlank())
                .map(Path::of)
                .toList();
    }

    /** A toolkit, a folder of libraries, or a Python's site-packages. */
    private void addInstallation(Path folder) {
        add(folder);
        for (String sub : List.of("lib64", "lib", "lib/x86_64-linux-gnu", "bin", "bin/x64")) {
            add(folder.resolve(sub));
        }
        add(folder.resolve("targets/x86_64-linux/lib"));
        addWheels(folder);
        addWheels(folder.resolve("nvidia"));
    }

    /** NVIDIA's Python packages: {@code nvidia/cublas/lib}, {@code nvidia/cu13/lib}. */
    private void addWheels(Path nvidia) {
        newestFirst(nvidia, "*")
                .forEach(
                        p -> {
                            add(p.resolve("lib"));
                            add(p.resolve("bin"));
                        });
    }

    private void addPythons() {
        List<Path> prefixes = new ArrayList<>();
        variable("VIRTUAL_ENV").ifPresent(prefixes::add);
        variable("CONDA_PREFIX").ifPresent(prefixes::add);
        variable("HOME").ifPresent(h -> prefixes.add(h.resolve(".local")));
        prefixes.addAll(onPath());
        prefixes.add(root.resolve("usr/local"));
        prefixes.add(root.resolve("usr"));
        for (Path prefix : prefixes) {
            if (prefix.equals(variable("CONDA_PREFIX").orElse(null))) {
                add(prefix.resolve("lib"));
            }
            for (Path python : newestFirst(prefix.resolve("lib"), "python3*")) {
                addWheels(python.resolve("site-packages/nvidia"));
                addWheels(python.resolve("dist-packages/nvidia"));
            }
        }
    }

    /**
     * Where a Python that is found by the PATH is installed: two folders above its program, as it
     * is named (a virtual environment) and as its links lead (what that was made from).
     */
    private List<Path> onPath() {
        List<Path> prefixes = new ArrayList<>();
        boolean unix = File.pathSeparator.equals(":"); // elsewhere it has another name
        for (Path folder : unix ? variable("PATH", ":") : List.<Path>of()) {
            Path python = folder.resolve("python3");
            if (Files.exists(python)) {
                prefixes.add(folder.resolve(".."));
                try {
                    prefixes.add(python.toRealPath().resolve("../..").normalize());
                } catch (IOException e) {
                    // a link that leads nowhere has nothing for us
                }
            }
        }
        return prefixes;
    }

    /** Folders that the dynamic linker was told of, such as a distribution's own. */
    private void addLinkerCache() {
        try {
            byte[] cache = Files.readAllBytes(root.resolve("etc/ld.so.cache"));
            for (String s : new String(cache, StandardCharsets.ISO_8859_1).split("\0")) {
                if (s.startsWith("/")
                        && (s.contains("/libcuda.so")
                                || s.contains("/libcublas.so")
                                || s.contains("/libcudnn.so"))) {
                    add(root.resolve(s.substring(1)).getParent());
                }
            }
        } catch (IOException e) {
            // not every system has one
        }
    }

    private void add(Path folder) {
        if (Files.isDirectory(folder)) {
            folders.add(folder.normalize());
        }
    }

    private static Collection<Path> newestFirst(Path folder, String glob) {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, glob)) {
                all.forEach(found::add);
            } catch (IOException e) {
                // a folder that cannot be read has nothing for us
            }
        }
        found.sort((a, b) -> b.compareTo(a));
        return found;
    }

    /** The first file with one of these names, in the order of the names. */
    Optional<Path> find(String... names) {
        for (String name : names) {
            for (Path folder : folders) {
                Path file = folder.resolve(name);
                if (Files.exists(file)) {
                    return Optional.of(file);
                }
            }
        }
        return Optional.empty();
    }

    /** Folders beside the libraries that may hold CUDA's own headers. */
    List<Path> includeFolders() {
        return folders.stream()
                .filter(f -> f.getFileName() != null && f.getParent() != null)
                .map(f -> f.getParent().resolve("include"))
                .filter(f -> Files.exists(f.resolve("cuda_fp16.h")))
                .distinct()
                .toList();
    }

    /** The search of the same machine as if no folder had been named. */
    LibrarySearch usualPlaces() {
        LibrarySearch s = new LibrarySearch(root, environment, null);
        s.addUsualPlaces();
        return s;
    }

    /** Adds a folder at the end, as one that was unpacked from the class path. */
    void append(Path folder) {
        add(folder);
    }

    /** Whether one folder was named and nothing else is searched. */
    boolean exclusive() {
        return home != null;
    }

    /** In words, for a message: where was looked. */
    String places() {
        if (home != null) {
            return home + " (" + HOME + ")";
        }
        return "CUDA_HOME, /usr/local/cuda*, the system's library folders and Python's site-packages/nvidia";
    }
}
