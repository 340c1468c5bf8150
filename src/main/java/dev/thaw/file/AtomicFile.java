package dev.thaw.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes a file as a whole or not at all. The contents go to a temporary file beside the target,
 * are forced to the disk, and the temporary takes the target's name in one step; the folder is
 * forced too. Whatever fails, and if the process is killed at any time, the target is the old file
 * or the new one, whole.
 *
 * <p>A failed save removes its temporary; a killed one leaves {@code .name.random.thaw-tmp} behind,
 * which the next save of the same target removes, as nobody holds a lock on it.
 */
public final class AtomicFile {
    private static final String ENDING = ".thaw-tmp";
    private static final int ATTEMPTS = 100;
    private static final int MAX_LINKS = 40;
    private static final int BUFFER = 1 << 16;

    /** File systems take 255 bytes; what a temporary has besides takes 27. */
    private static final int LONGEST_NAME = 200;

    /** Of this JVM; a probe of their locks would release them, as closing any channel does. */
    private static final Set<Path> IN_USE = ConcurrentHashMap.newKeySet();

    private static final SecureRandom RANDOM = new SecureRandom();

    private AtomicFile() {}

    /**
     * Replaces or creates {@code target}. A symbolic link stays, and the file that it leads to is
     * replaced; permissions of a replaced file are kept.
     *
     * @throws UncheckedIOException if the target is no plain file, is not writable, or the contents
     *     cannot be written; then the target is as it was
     */
    public static void write(Path target, Body body) {
        try {
            Path real = resolve(target);
            check(real);
            removeLeftovers(real);
            replace(real, body);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s: cannot be written, and is as it was: %s".formatted(target, Reason.of(e)),
                    e);
        }
    }

    /** Follows links by hand, as the file at their end need not exist. */
    private static Path resolve(Path target) throws IOException {
        Path at = target.toAbsolutePath();
        for (int i = 0; Files.isSymbolicLink(at); i++) {
            if (i == MAX_LINKS) {
                throw new IOException("more than %s symbolic links in a row".formatted(MAX_LINKS));
            }
            at = at.resolveSibling(Files.readSymbolicLink(at));
        }
        Path parent = at.getParent();
        return parent == null || !Files.isDirectory(parent)
                ? at
                : parent.toRealPath().resolve(at.getFileName());
    }

    private static void check(Path real) throws IOException {
        if (real.getFileName() == null || Files.isDirectory(real)) {
            throw new IOException("it is a folder; give the name of a file in it");
        }
        if (!Files.isDirectory(real.getParent())) {
            throw new IOException(
                    "the folder %s does not exist; create it".formatted(real.getParent()));
        }
        if (!Files.isWritable(real.getParent())) {
            throw new IOException(
                    "the folder %s is write-protected; change its permissions"
                            .formatted(real.getParent()));
        }
        if (Files.exists(real) && !Files.isRegularFile(real)) {
            throw new IOException("it is neither a plain file nor free; give another name");
        }
        if (Files.exists(real) && !Files.isWritable(real)) {
            throw new IOException("it is write-protected; change its permissions");
        }
    }

    private static void replace(Path real, Body body) throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            Path temporary = real.resolveSibling(prefix(real) + random() + ENDING);
            IN_USE.add(temporary);
            try (FileChannel channel = create(temporary)) {
                if (channel != null && lock(channel) && Files.exists(temporary)) {
                    fill(channel, temporary, real, body);
                    return;
                }
            } finally {
                IN_USE.remove(temporary);
            }
        }
        throw new IOException("no free name for a temporary file in " + real.getParent());
    }

    private static void fill(FileChannel channel, Path temporary, Path real, Body body)
            throws IOException {
        boolean moved = false;
        try {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
            body.writeTo(out);
            out.flush();
            copyPermissions(real, temporary);
            channel.force(true);
            Files.move(
                    temporary,
                    real,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            moved = true;
            forceFolder(real.getParent());
        } finally {
            if (!moved) {
                Files.deleteIfExists(temporary);
            }
        }
    }

    private static FileChannel create(Path temporary) throws IOException {
        try {
            return FileChannel.open(
                    temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            return null;
        }
    }

    /**
     * Marks a temporary as in use. False where the clean-up of another process holds it between
     * creation and lock, and will delete it; where the file system has no locks, nobody cleans up.
     */
    private static boolean lock(FileChannel channel) {
        try {
            return channel.tryLock() != null;
        } catch (IOException e) {
            return true;
        }
    }

    private static void copyPermissions(Path from, Path to) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        if (view != null && Files.exists(from)) {
            view.setPermissions(Files.getPosixFilePermissions(from));
        }
    }

    /**
     * The new name must survive a power cut too; where folders cannot be forced, it is best effort.
     */
    private static void forceFolder(Path folder) {
        try (FileChannel c = FileChannel.open(folder, StandardOpenOption.READ)) {
            c.force(true);
        } catch (IOException e) {
            // Windows opens no folders; the file is in place all the same
        }
    }

    /** What its temporaries begin with; of a name that leaves no room for more, a digest. */
    private static String prefix(Path real) {
        String name = real.getFileName().toString();
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return ".%s.".formatted(bytes.length <= LONGEST_NAME ? name : digest(bytes));
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String random() {
        byte[] b = new byte[8];
        RANDOM.nextBytes(b);
        return HexFormat.of().formatHex(b);
    }

    /** Temporaries of this target whose saver is gone. */
    private static void removeLeftovers(Path real) {
        DirectoryStream.Filter<Path> mine =
                p ->
                        p.getFileName().toString().startsWith(prefix(real))
                                && p.getFileName().toString().endsWith(ENDING)
                                && Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS);
        try (DirectoryStream<Path> all = Files.newDirectoryStream(real.getParent(), mine)) {
            for (Path p : all) {
                removeIfFree(p);
            }
        } catch (IOException | RuntimeException e) {
            // tidying up must never stop a save
        }
    }

    private static void removeIfFree(Path p) {
        if (IN_USE.contains(p)) {
            return;
        }
        try (FileChannel c = FileChannel.open(p, StandardOpenOption.WRITE);
                FileLock lock = c.tryLock()) {
            if (lock != null) {
                Files.deleteIfExists(p);
            }
        } catch (IOException | OverlappingFileLockException e) {
            // somebody else removes it, or there are no locks, or it may not be disturbed
        }
    }
}
