package dev.thaw.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A file, read by position. */
final class FileSource implements ByteSource {
    private final FileChannel channel;
    private final String name;
    private final long length;

    FileSource(FileChannel channel, String name) throws IOException {
        this.channel = channel;
        this.name = name;
        this.length = channel.size();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public void read(long position, ByteBuffer into) {
        long at = position;
        try {
            while (into.hasRemaining()) {
                int n = channel.read(into, at);
                if (n < 0) {
                    throw new FileFormatException(
                            name,
                            "byte " + at,
                            into.remaining() + " more bytes are needed, the file ends here",
                            FileFormatException.DAMAGED);
                }
                at += n;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s: cannot be read at byte %s: %s".formatted(name, at, Reason.of(e)), e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s: cannot be closed: %s".formatted(name, Reason.of(e)), e);
        }
    }
}
