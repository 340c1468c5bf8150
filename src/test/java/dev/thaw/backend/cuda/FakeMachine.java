package dev.thaw.backend.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A file system of empty libraries in a temporary folder, and its environment variables. */
final class FakeMachine {
    static final String SYSTEM = "usr/lib/x86_64-linux-gnu/";
    static final String TOOLKIT = "usr/local/cuda-12.6/lib64/";

    private final Path root;
    private final Map<String, String> environment = new HashMap<>();

    FakeMachine(Path root) {
        this.root = root;
    }

    FakeMachine with(String file) {
        return with(file, new byte[0]);
    }

    FakeMachine with(String file, byte[] content) {
        try {
            Path path = root.resolve(file);
            Files.createDirectories(path.getParent());
            Files.write(path, content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    FakeMachine variable(String name, String folder) {
        environment.put(name, root.resolve(folder).toString());
        return this;
    }

    LibrarySearch search() {
        return LibrarySearch.of(root, environment, null);
    }

    Path path(String file) {
        return root.resolve(file);
    }
}
