package dev.thaw.backend.spi;

import dev.thaw.op.Value;

import java.util.function.Function;

/** An op with its algorithm chosen for its shapes, not yet tied to memory. */
@FunctionalInterface
public interface Prepared extends AutoCloseable {
    /**
     * Fixes the arguments.
     *
     * @param buffers the memory of each operand
     * @param workspace memory that the op may use while it runs, shared with other ops; null where
     *     {@link #workspaceBytes()} is 0
     */
    Kernel bind(Function<Value, Buffer> buffers, Buffer workspace);

    /** How much memory the op needs while it runs. */
    default long workspaceBytes() {
        return 0;
    }

    /**
     * What was chosen for the op where there was a choice, in words, for a plan in print: whose
     * algorithm. Empty where there was none. Some is known only after {@link #bind}.
     */
    default String choice() {
        return "";
    }

    /** Frees descriptors. Kernels bound from it are closed first. */
    @Override
    default void close() {}
}
