package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Value;

import java.util.function.Function;

/** A kernel that runs, and is freed, while no other thread talks to the GPU. */
record Exclusive(Gpu gpu, Kernel kernel, Runnable run) implements Kernel {
    Exclusive(Gpu gpu, Kernel kernel) {
        this(gpu, kernel, kernel::launch);
    }

    /** For who holds the lock already. */
    static Kernel bare(Kernel k) {
        return k instanceof Exclusive e ? e.kernel : k;
    }

    @Override
    public void launch() {
        gpu.alone(run);
    }

    @Override
    public void close() {
        gpu.alone(kernel::close);
    }

    /** An op that is bound, and freed, while no other thread talks to the GPU. */
    record Op(Gpu gpu, Prepared prepared) implements Prepared {
        @Override
        public Kernel bind(Function<Value, Buffer> buffers, Buffer workspace) {
            return gpu.alone(() -> new Exclusive(gpu, prepared.bind(buffers, workspace)));
        }

        @Override
        public long workspaceBytes() {
            return prepared.workspaceBytes();
        }

        @Override
        public String choice() {
            return prepared.choice();
        }

        @Override
        public void close() {
            gpu.alone(prepared::close);
        }
    }
}
