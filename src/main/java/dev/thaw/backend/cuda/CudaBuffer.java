package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Buffer;

/** Memory of the GPU. */
final class CudaBuffer implements Buffer {
    private final DeviceAddress address;
    private final long bytes;
    private Runnable release;
    private int fills;

    /**
     * @param release gives the memory back; null for a part of another buffer
     */
    CudaBuffer(DeviceAddress address, long bytes, Runnable release) {
        this.address = address;
        this.bytes = bytes;
        this.release = release;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    DeviceAddress address() {
        return address;
    }

    /** Counts the large uploads into this, the one that begins included. */
    int fill() {
        return fills == Integer.MAX_VALUE ? fills : ++fills;
    }

    @Override
    public CudaBuffer slice(long offset, long length) {
        if (offset < 0 || length < 0 || offset + length > bytes) {
            throw new IllegalArgumentException(
                    "cuda: slice [%s, +%s) is outside a buffer of %s bytes"
                            .formatted(offset, length, bytes));
        }
        return new CudaBuffer(address.plus(offset), length, null);
    }

    @Override
    public void close() {
        if (release != null) {
            release.run();
            release = null;
        }
    }
}
