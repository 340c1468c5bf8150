package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.backend.spi.Sequence;
import dev.thaw.op.Pool;
import dev.thaw.op.PoolGrad;

import jcuda.driver.CUfunction;

/**
 * Pooling by our own kernels: cuDNN pads on both sides alike, and gives the gradient of equal cells
 * to another one than TensorFlow.
 */
final class PoolKernels {
    private static final String FILE = "pool";

    private PoolKernels() {}

    static void register(CudaKernelTable table) {
        table.add(Pool.class, PoolKernels::forward);
        table.add(PoolGrad.class, PoolKernels::gradient);
    }

    private static Prepared forward(Engine engine, Pool op) {
        WindowNumbers window = WindowNumbers.of(op.x(), op.y(), op.window());
        CUfunction f =
                engine.function(
                        FILE, op.function() == Pool.Function.MAX ? "pool_max" : "pool_average");
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.x(), op.y())
                        .integers(window.all())
                        .launch(f, engine.grid(op.y().size()));
    }

    private static Prepared gradient(Engine engine, PoolGrad op) {
        WindowNumbers window = WindowNumbers.of(op.x(), op.dy(), op.window());
        if (op.function() == Pool.Function.AVERAGE) {
            CUfunction f = engine.function(FILE, "pool_average_grad");
            return (buffers, workspace) ->
                    engine.arguments(op, buffers)
                            .values(op.dy(), op.dx())
                            .integers(window.all())
                            .launch(f, engine.grid(op.dx().size()));
        }
        CUfunction index = engine.function(FILE, "pool_max_index");
        CUfunction grad = engine.function(FILE, "pool_max_grad");
        return new WithWorkspace(
                WithWorkspace.floats(op.dy().size()),
                (buffers, workspace) ->
                        Sequence.of(
                                engine.arguments(op, buffers)
                                        .value(op.x())
                                        .address(workspace)
                                        .integers(window.all())
                                        .launch(index, engine.grid(op.dy().size())),
                                engine.arguments(op, buffers)
                                        .address(workspace)
                                        .values(op.dy(), op.dx())
                                        .integers(window.all())
                                        .launch(grad, engine.grid(op.dx().size()))));
    }
}
