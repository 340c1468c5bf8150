package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Resample;
import dev.thaw.op.Value;

import jcuda.driver.CUfunction;

/** Products with sparse matrices along an axis. */
final class ResampleKernels {
    private ResampleKernels() {}

    static void register(CudaKernelTable table) {
        table.add(Resample.class, ResampleKernels::resample);
    }

    private static Prepared resample(Engine engine, Resample op) {
        Value y = op.y();
        CUfunction f = engine.function("resample", "resample");
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.x(), op.starts(), op.columns(), op.weights(), y)
                        .number(y.size())
                        .integers(
                                y.shape().dim(op.axis()), op.x().shape().dim(op.axis()), op.inner())
                        .launch(f, engine.grid(y.size()));
    }
}
