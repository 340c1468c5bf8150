package dev.thaw.tensor;

/**
 * Element types of values. Computation is in FLOAT32; INT32 carries class labels, INT64 counters.
 */
public enum DType {
    FLOAT32(4),
    INT32(4),
    INT64(8);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element on the host. */
    public int bytes() {
        return bytes;
    }
}
