package dev.thaw.backend.spi;

/** An op whose algorithm and arguments are fixed: all that is left is to run it. */
@FunctionalInterface
public interface Kernel extends AutoCloseable {
    /** Runs the op, or queues it. No allocation, no look-up, no choice happens here. */
    void launch();

    /** Frees what the binding holds. */
    @Override
    default void close() {}
}
