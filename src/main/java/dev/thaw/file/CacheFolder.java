package dev.thaw.file;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where files are kept that can be made again: unpacked native libraries, compiled kernels,
 * measured choices. What is loaded from there runs as this user, so nobody else may be able to
 * write there: where another one owns or may change the folder or one above it, a fresh one takes
 * its place, which goes when the JVM ends.
 */
public final class CacheFolder {
    /** The environment variable that names the folder. */
    public static final String VARIABLE = "THAW_CACHE";

    /** The system property that does the same, and wins. */
    public static final String PROPERTY = "thaw.cache";

    private static final Logger LOG = LoggerFactory.getLogger(CacheFolder.class);
    private static final int STICKY = 01000;

    /** For folders that were refused, the fresh ones that took their places. */
    private static final Map<Path, Path> INSTEAD = new HashMap<>();

    private CacheFolder() {}

    /** The folder; it exists, except where it cannot be made. */
    public static Path get() {
        return trusted(wanted());
    }

    /** The same for a folder that somebody has named. */
    public static synchronized Path trusted(Path folder) {
        try {
            create(folder);
        } catch (IOException e) {
            return folder; // who writes there says so
        }
        Optional<String> fault = fault(folder);
        if (fault.isEmpty()) {
            return folder;
        }
        return INSTEAD.computeIfAbsent(
                folder.toAbsolutePath(),
                f -> {
                    Path fresh = fresh();
                    LOG.warn(
                            "{} is not used as a cache, since {}; {} takes its place until the JVM ends. Name a folder of your own in {} or -D{}",
                            f,
                            fault.get(),
                            fresh,
                            VARIABLE,
                            PROPERTY);
                    return fresh;
                });
    }

    private static Path wanted() {
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

    private static void create(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        if (isPosix(folder)) {
            Files.createDirectories(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(folder);
        }
    }

    private static boolean isPosix(Path folder) {
        return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** What is wrong with an existing folder, as the end of a sentence; empty for nothing. */
    static Optional<String> fault(Path folder) {
        if (!isPosix(folder)) {
            return Optional.empty();
        }
        try {
            Path real = folder.toRealPath();
            Set<UserPrincipal> trusted = new HashSet<>(Set.of(Files.getOwner(real.getRoot())));
            me(real).ifPresent(trusted::add);
            for (Path p = real; p != null; p = p.getParent()) {
                PosixFileAttributes a =
                        Files.getFileAttributeView(p, PosixFileAttributeView.class)
                                .readAttributes();
                if (!trusted.contains(a.owner())) {
                    return Optional.of("%s belongs to %s".formatted(p, a.owner().getName()));
                }
                // in a sticky folder, such as the temporary one, others cannot move what is not
                // theirs
                if (othersWrite(a) && (p.equals(real) || !isSticky(p))) {
                    return Optional.of("others may write to " + p);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("its owner cannot be read (%s)".formatted(e));
        }
    }

    /** A group that has its owner's name is the owner's alone, on systems whose umask is 002. */
    private static boolean othersWrite(PosixFileAttributes a) {
        return a.permissions().contains(PosixFilePermission.OTHERS_WRITE)
                || a.permissions().contains(PosixFilePermission.GROUP_WRITE)
                        && !a.group().getName().equals(a.owner().getName());
    }

    private static boolean isSticky(Path folder) throws IOException {
        return folder.getFileSystem().supportedFileAttributeViews().contains("unix")
                && ((int) Files.getAttribute(folder, "unix:mode") & STICKY) != 0;
    }

    /** Who this process is: the owner of what it writes; empty where it can write nowhere. */
    private static Optional<UserPrincipal> me(Path folder) {
        for (Path place : List.of(folder, Path.of(System.getProperty("java.io.tmpdir")))) {
            try {
                Path probe = Files.createTempFile(place, "thaw-", null);
                try {
                    return Optional.of(Files.getOwner(probe));
                } finally {
                    Files.delete(probe);
                }
            } catch (IOException e) {
                LOG.debug("nothing can be written to {}", place, e);
            }
        }
        return Optional.empty();
    }

    /** A new folder that only this user may enter, gone when the JVM ends. */
    public static Path fresh() {
        try {
            Path folder = Files.createTempDirectory("thaw-");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "no folder for native libraries can be made in %s; name one in %s or -D%s"
                            .formatted(System.getProperty("java.io.tmpdir"), VARIABLE, PROPERTY),
                    e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(p -> p.toFile().delete());
        } catch (IOException e) {
            LOG.debug("{} stays", folder, e);
        }
    }
}
