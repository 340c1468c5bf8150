package dev.thaw.backend.spi;

/** An op whose algorithm and arguments are fixed: all that is left is to run it. */
@FunctionalInterface
public interface Kernel extends AutoCloseable {
    /** Runs the op, or queues it. No allocation, no look-up, no choice happens here. */
    void launch();

    /**
     * Makes anew what the kernel keeps of operands that were said to be steady ({@link
     * Backend#prepare(dev.thaw.op.Op, java.util.function.Predicate)}). Comes before the first
     * launch, and again after one of them changed.
     */
    default void refresh() {}

    /** Frees what the binding holds. */
    @Override
    default void close() {}
}
