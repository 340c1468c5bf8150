package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Op;
import dev.thaw.op.Value;

import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An op by cuDNN, or by kernels of our own where cuDNN refuses it: when it is described, when it is
 * asked for an algorithm or its memory, or when the first call is made, which is tried when the op
 * is bound. The log tells of each refused geometry once.
 */
final class OrOwn implements Prepared {
    private final Engine engine;
    private final Op op;
    private final String name;
    private final Supplier<Prepared> own;
    private final Prepared prepared;
    private boolean refused;

    /**
     * @param cudnn throws where cuDNN refuses, and has then closed what it had made
     * @param name of our own kernels, in a plan in print
     */
    OrOwn(Engine engine, Op op, Supplier<Prepared> cudnn, String name, Supplier<Prepared> own) {
        this.engine = engine;
        this.op = op;
        this.name = name;
        this.own = own;
        prepared = cudnnOrOwn(cudnn);
    }

    private Prepared cudnnOrOwn(Supplier<Prepared> cudnn) {
        try {
            return cudnn.get();
        } catch (CudnnException e) {
            tell(e);
            return own.get();
        }
    }

    private void tell(CudnnException e) {
        refused = true;
        engine.refused(op, e);
    }

    @Override
    public String choice() {
        return refused ? name + ", as cuDNN refuses it" : prepared.choice();
    }

    @Override
    public Kernel bind(Function<Value, Buffer> buffers, Buffer workspace) {
        try {
            return prepared.bind(buffers, workspace);
        } catch (CudnnException e) {
            tell(e);
            return new Instead(own.get(), buffers);
        }
    }

    @Override
    public long workspaceBytes() {
        return prepared.workspaceBytes();
    }

    @Override
    public void close() {
        prepared.close();
    }

    /** Ours in a workspace of its own: the shared one has cuDNN's size. */
    private final class Instead implements Kernel {
        private final Prepared prepared;
        private final CudaBuffer workspace;
        private final Kernel kernel;

        Instead(Prepared prepared, Function<Value, Buffer> buffers) {
            this.prepared = prepared;
            long bytes = prepared.workspaceBytes();
            workspace = bytes == 0 ? null : engine.memory().allocate(bytes, "workspace");
            try {
                kernel = prepared.bind(buffers, workspace);
            } catch (RuntimeException | Error e) {
                giveBack();
                throw e;
            }
        }

        private void giveBack() {
            if (workspace != null) {
                workspace.close();
            }
        }

        @Override
        public void launch() {
            kernel.launch();
        }

        @Override
        public void close() {
            kernel.close();
            prepared.close();
            giveBack();
        }
    }
}
