package dev.thaw.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Bytes of known length, read at any position: a file, a part of one, or an array. */
public interface ByteSource extends Closeable {
    /** What to call it in messages. */
    String name();

    /** The number of bytes. */
    long length();

    /**
     * Fills {@code into} up to its limit with the bytes from {@code position} on.
     *
     * @throws FileFormatException if they are not all there
     */
    void read(long position, ByteBuffer into);

    /** Nothing to do for a view; the owner of a file closes it. */
    @Override
    void close();

    /**
     * A file; closing the source closes it.
     *
     * @throws UncheckedIOException if it does not exist, is no plain file, or may not be read
     */
    static ByteSource open(Path path) {
        try {
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new IOException("it must be a plain file, no folder, pipe or device");
            }
            return new FileSource(FileChannel.open(path, StandardOpenOption.READ), path.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s: cannot be opened: %s".formatted(path, Reason.of(e)), e);
        }
    }

    /** This very array. */
    static ByteSource of(byte[] bytes, String name) {
        return new ArraySource(ByteBuffer.wrap(bytes).asReadOnlyBuffer(), name);
    }

    /**
     * The bytes [position, position + length) under a name of their own; closing it does nothing.
     */
    default ByteSource part(long position, long length, String name) {
        if (position < 0 || length < 0 || length > length() - position) {
            throw new FileFormatException(
                    name(),
                    name,
                    "the bytes [%s, +%s) must lie within the %s bytes of the file"
                            .formatted(position, length, length()),
                    FileFormatException.DAMAGED);
        }
        return new PartSource(this, position, length, name);
    }

    /**
     * The bytes [position, position + length), checked against the length before any allocation.
     */
    default byte[] read(long position, int length) {
        if (position < 0 || length < 0 || length > length() - position) {
            throw new FileFormatException(
                    name(),
                    "byte " + position,
                    "needs %s bytes from here, the file ends at %s".formatted(length, length()),
                    FileFormatException.DAMAGED);
        }
        byte[] bytes = new byte[length];
        read(position, ByteBuffer.wrap(bytes));
        return bytes;
    }
}
