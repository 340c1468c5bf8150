package dev.thaw.backend.spi;

import dev.thaw.op.Op;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;

import java.util.Set;

/**
 * Who runs plans: it keeps memory and turns ops into kernels. Kernels run in the order of their
 * launches; {@link #download} and {@link #synchronize} wait for all of them. A backend belongs to
 * one thread at a time.
 */
public interface Backend extends AutoCloseable {
    /** A short name: {@code cpu}, {@code cuda:0}. */
    String name();

    /** What runs the plans, in words: library versions, threads. */
    String description();

    /** The ops that {@link #prepare} accepts; a test holds that these are all. */
    Set<Class<? extends Op>> ops();

    /** Bytes that an element takes in this backend's buffers. */
    default int bytesOf(DType dtype) {
        return dtype.bytes();
    }

    /** Offsets into a buffer are multiples of this. */
    default int alignment() {
        return 64;
    }

    /** New memory, filled with zeros. The label names its owner in reports of leaks. */
    Buffer allocate(long bytes, String label);

    /** Copies all of a host tensor to the start of the buffer. */
    void upload(Tensor source, Buffer target);

    /**
     * Copies from the start of the buffer into all of a host tensor, after all launched kernels.
     */
    void download(Buffer source, Tensor target);

    /** Chooses the algorithm for an op and its shapes. */
    Prepared prepare(Op op);

    /** Waits until everything launched has run. */
    void synchronize();

    /** Frees the backend. Buffers and kernels must not be used afterwards. */
    @Override
    void close();
}
