package dev.thaw.io.hdf5;

import dev.thaw.file.ByteSource;
import dev.thaw.file.FileFormatException;

import java.nio.file.Path;

/**
 * An HDF5 file open for reading, as far as Keras uses the format: groups, datasets of numbers
 * (contiguous, compact, or in chunks with gzip), attributes of text and numbers. Its structure is
 * read and checked when it is opened, the datasets' values when they are asked for.
 *
 * <p>Contents are not trusted. Whatever is wrong with them ends in a {@link FileFormatException};
 * nothing is allocated for a size that the file's own length does not bear out, and no reference is
 * followed twice. Soft and external links and virtual datasets are refused. All values together may
 * unpack to 256 MiB and 16 bytes for each byte of the file.
 *
 * <p>One thread at a time may use it.
 */
public final class Hdf5File implements AutoCloseable {
    private final ByteSource source;
    private final Hdf5Group root;

    private Hdf5File(ByteSource source) {
        this.source = source;
        this.root = new TreeReader(Superblock.read(source)).root();
    }

    /**
     * A file on disk.
     *
     * @throws FileFormatException if its structure is damaged or outside the subset
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static Hdf5File open(Path path) {
        return open(ByteSource.open(path));
    }

    /**
     * A file in memory.
     *
     * @param bytes the whole file; read later too, so it must not change
     * @param name what to call it in messages
     * @throws FileFormatException if its structure is damaged or outside the subset
     */
    public static Hdf5File of(byte[] bytes, String name) {
        return open(ByteSource.of(bytes, name));
    }

    /**
     * A file in any source of bytes, which this closes in the end, or at once if it cannot be read.
     *
     * @throws FileFormatException if its structure is damaged or outside the subset
     */
    public static Hdf5File open(ByteSource source) {
        try {
            return new Hdf5File(source);
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }

    /** The name in messages. */
    public String name() {
        return source.name();
    }

    /** The group at the top. */
    public Hdf5Group root() {
        return root;
    }

    /** Closes the file; its datasets cannot be read after. */
    @Override
    public void close() {
        source.close();
    }
}
