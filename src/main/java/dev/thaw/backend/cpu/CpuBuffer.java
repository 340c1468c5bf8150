package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Buffer;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/** Native memory, aligned to 64 bytes. Views of it are for kernels, which fetch them when bound. */
final class CpuBuffer implements Buffer {
    private static final int ALIGNMENT = 64;

    private final long address;
    private final long bytes;
    private Pointer owned;

    private CpuBuffer(long address, long bytes, Pointer owned) {
        this.address = address;
        this.bytes = bytes;
        this.owned = owned;
    }

    static CpuBuffer allocate(long bytes, String label) {
        if (bytes < 0 || bytes > Long.MAX_VALUE - ALIGNMENT) {
            throw new IllegalArgumentException(
                    "cpu: %s has an impossible size, %d bytes".formatted(label, bytes));
        }
        Pointer p = CpuMemory.allocate(bytes + ALIGNMENT, label);
        return new CpuBuffer((p.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT, bytes, p);
    }

    @Override
    public long bytes() {
        return bytes;
    }

    long address() {
        return address;
    }

    @Override
    public CpuBuffer slice(long offset, long length) {
        if (offset < 0 || length < 0 || offset + length > bytes) {
            throw new IllegalArgumentException(
                    "cpu: slice [%s, +%s) is outside a buffer of %s bytes"
                            .formatted(offset, length, bytes));
        }
        return new CpuBuffer(address + offset, length, null);
    }

    /** All of it as bytes; at most 2 GiB, as Java's buffers are. */
    ByteBuffer bytesView() {
        return new At(address, bytes).asByteBuffer();
    }

    FloatBuffer floats() {
        return bytesView().asFloatBuffer();
    }

    IntBuffer ints() {
        return bytesView().asIntBuffer();
    }

    LongBuffer longs() {
        return bytesView().asLongBuffer();
    }

    @Override
    public void close() {
        if (owned != null) {
            CpuMemory.free(owned, bytes + ALIGNMENT);
            owned = null;
        }
    }

    /** A pointer to an address that somebody else owns. */
    static final class At extends BytePointer {
        At(long address, long bytes) {
            super((Pointer) null);
            this.address = address;
            this.limit = bytes;
            this.capacity = bytes;
        }
    }
}
