package dev.thaw.file;

import java.nio.ByteBuffer;

/** A part of another source, which stays open. */
record PartSource(ByteSource whole, long start, long length, String name) implements ByteSource {
    @Override
    public void read(long position, ByteBuffer into) {
        if (position < 0 || into.remaining() > length - position) {
            throw new FileFormatException(
                    name,
                    "byte " + position,
                    "needs %s bytes from here, there are %s".formatted(into.remaining(), length),
                    FileFormatException.DAMAGED);
        }
        whole.read(start + position, into);
    }

    @Override
    public void close() {}
}
