package dev.thaw.backend.cuda;

import java.nio.file.Path;

/** Where files are kept that can be made again: unpacked natives, compiled kernels. */
final class CacheFolder {
    /** The environment variable that names the folder. */
    static final String VARIABLE = "THAW_CACHE";

    /** The system property that does the same, and wins. */
    static final String PROPERTY = "thaw.cache";

    private CacheFolder() {}

    static Path get() {
        String chosen = System.getProperty(PROPERTY, System.getenv(VARIABLE));
        if (chosen != null && !chosen.isBlank()) {
            return Path.of(chosen);
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        if (xdg != null && !xdg.isBlank()) {
            return Path.of(xdg, "thaw");
        }
        String local = System.getenv("LOCALAPPDATA");
        if (local != null && !local.isBlank()) {
            return Path.of(local, "thaw");
        }
        return Path.of(System.getProperty("user.home"), ".cache", "thaw");
    }
}
