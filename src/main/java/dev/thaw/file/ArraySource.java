package dev.thaw.file;

import java.nio.ByteBuffer;

/** An array in memory. */
final class ArraySource implements ByteSource {
    private final ByteBuffer bytes;
    private final String name;

    ArraySource(ByteBuffer bytes, String name) {
        this.bytes = bytes;
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long length() {
        return bytes.capacity();
    }

    @Override
    public void read(long position, ByteBuffer into) {
        if (position < 0 || into.remaining() > length() - position) {
            throw new FileFormatException(
                    name,
                    "byte " + position,
                    "needs %s bytes from here, there are %s".formatted(into.remaining(), length()),
                    FileFormatException.DAMAGED);
        }
        into.put(bytes.slice((int) position, into.remaining()));
    }

    @Override
    public void close() {}
}
