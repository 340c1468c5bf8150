package dev.thaw.backend.reference;

import dev.thaw.backend.spi.Buffer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.LongBuffer;

/** Cells of 8 bytes, each read as a double or as a long. */
final class ReferenceBuffer implements Buffer {
    /** Bytes of a cell. */
    static final int CELL = 8;

    private ByteBuffer memory;

    private ReferenceBuffer(ByteBuffer memory) {
        this.memory = memory.order(ByteOrder.nativeOrder());
    }

    static ReferenceBuffer allocate(long bytes) {
        return new ReferenceBuffer(ByteBuffer.allocate(Math.toIntExact(bytes)));
    }

    @Override
    public long bytes() {
        return memory.capacity();
    }

    @Override
    public Buffer slice(long offset, long bytes) {
        return new ReferenceBuffer(memory.slice(Math.toIntExact(offset), Math.toIntExact(bytes)));
    }

    DoubleBuffer numbers() {
        return memory.asDoubleBuffer();
    }

    LongBuffer integers() {
        return memory.asLongBuffer();
    }

    @Override
    public void close() {
        memory = ByteBuffer.allocate(0);
    }
}
