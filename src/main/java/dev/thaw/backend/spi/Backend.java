package dev.thaw.backend.spi;

import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;

import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Predicate;

/**
 * Who runs plans: it keeps memory and turns ops into kernels. Kernels run in the order of their
 * launches; {@link #download} and {@link #synchronize} wait for all of them.
 *
 * <p>All models on a device share its backend, and each may run in a thread of its own: a backend
 * takes calls from any thread at any time, and so do the ops and kernels that it made. What is
 * launched in one thread runs in the order of its launches, and a sequence as a whole. Only what
 * belongs to one plan (its buffers, its kernels) is not for two threads at the same time, and
 * closing the backend comes after everything else.
 */
public interface Backend extends AutoCloseable {
    /**
     * Set to true, this system property is for looking for faults, slowly: memory is of exactly the
     * size asked for and not filled, and plans give every value memory of its own. So a read or
     * write outside a value, or before it was written, is one that compute-sanitizer and the
     * simulator see.
     */
    String EXACT_PROPERTY = "thaw.debug.exact";

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

    /** The largest value that kernels can work on, in bytes. */
    default long maxValueBytes() {
        return Long.MAX_VALUE;
    }

    /**
     * New memory, filled with zeros unless {@link #EXACT_PROPERTY} is set. The label names its
     * owner in reports of leaks.
     *
     * @throws DeviceOutOfMemoryException where there is no room; the backend stays usable
     */
    Buffer allocate(long bytes, String label);

    /**
     * Refuses what can never be allocated beside all that is in use, before any of it is. Default:
     * nothing, as {@link #allocate} refuses as well.
     *
     * @param bytes of several buffers together
     * @throws DeviceOutOfMemoryException where there is no room
     */
    default void requireRoom(long bytes, String label) {}

    /** Copies all of a host tensor to the start of the buffer. */
    void upload(Tensor source, Buffer target);

    /**
     * Copies some rows of a host tensor, counted along its first axis, to the start of the buffer.
     */
    default void upload(Tensor source, int firstRow, int rows, Buffer target) {
        upload(source.rows(firstRow, firstRow + rows), target);
    }

    /**
     * Copies from the start of the buffer into all of a host tensor, after all launched kernels.
     */
    void download(Buffer source, Tensor target);

    /**
     * Copies from the start of the buffer into some rows of a host tensor, counted along its first
     * axis, after all launched kernels.
     */
    default void download(Buffer source, Tensor target, int firstRow, int rows) {
        Tensor some = Tensor.zeros(target.shape().withBatch(rows), target.dtype());
        download(source, some);
        target.setRows(firstRow, some);
    }

    /**
     * Whether this op, whose window pads more on one side than on the other, runs without a padded
     * copy of its images. Where not, a {@link dev.thaw.op.Pad} before it is better: its copy serves
     * the op's gradient as well.
     */
    default boolean padsUnevenly(Op op) {
        return true;
    }

    /**
     * How many plans of {@link #oneThreaded} run at a time without waiting for each other, where
     * that is faster than one whose kernels use all that there is; 0 where it is not.
     */
    default int lanes() {
        return 0;
    }

    /** The same backend, but its kernels keep to the thread that launches them. */
    default Backend oneThreaded() {
        return this;
    }

    /**
     * Runs tasks 0 to n - 1, up to {@link #lanes} of them at a time, and returns when all have
     * ended. What one of them throws is thrown; the others run all the same.
     */
    default void sideBySide(int n, IntConsumer task) {
        for (int i = 0; i < n; i++) {
            task.accept(i);
        }
    }

    /** Chooses the algorithm for an op and its shapes. */
    default Prepared prepare(Op op) {
        return prepare(op, v -> false);
    }

    /**
     * Chooses the algorithm for an op and its shapes.
     *
     * @param steady says which operands stay as they are from launch to launch, so that a kernel
     *     may keep what it makes of them, such as filters in another layout: {@link Kernel#refresh}
     *     tells it when one has changed all the same
     */
    Prepared prepare(Op op, Predicate<Value> steady);

    /**
     * One kernel that launches all of these in order. A backend may record them at an early launch
     * and replay the record later; each launch still runs every kernel exactly once, with what then
     * lies in its operands. It owns none of them, and is closed before they are.
     */
    default Kernel sequence(List<Kernel> kernels) {
        Kernel[] all = kernels.toArray(Kernel[]::new);
        return () -> {
            for (Kernel k : all) {
                k.launch();
            }
        };
    }

    /**
     * Whether launches return before the kernels have run. Reading a number after each step would
     * then stop the device each time, so that who only watches reads less often.
     */
    default boolean asynchronous() {
        return false;
    }

    /** Waits until everything launched has run. */
    void synchronize();

    /** Frees the backend. Buffers and kernels must not be used afterwards. */
    @Override
    void close();
}
