package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Value;

import java.util.function.Function;

/** An op that needs memory while it runs. */
record WithWorkspace(long workspaceBytes, Binder binder) implements Prepared {
    /** Fixes the arguments; {@code workspace} is where the op's memory begins. */
    @FunctionalInterface
    interface Binder {
        Kernel bind(Function<Value, Buffer> buffers, DeviceAddress workspace);
    }

    /** Room for so many float, and then something else that lies on 16 bytes. */
    static long floats(long count) {
        return (count * Float.BYTES + 15) / 16 * 16;
    }

    @Override
    public Kernel bind(Function<Value, Buffer> buffers, Buffer workspace) {
        return binder.bind(buffers, workspace == null ? null : ((CudaBuffer) workspace).address());
    }
}
