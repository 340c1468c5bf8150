package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Uniform;
import dev.thaw.op.Warp;
import dev.thaw.tensor.Shape;

import jcuda.driver.CUfunction;

/** Transforms of images, and the random numbers for them. */
final class ImageKernels {
    private static final String FILE = "image";

    private ImageKernels() {}

    static void register(CudaKernelTable table) {
        table.add(Uniform.class, ImageKernels::uniform);
        table.add(Warp.class, ImageKernels::warp);
    }

    private static Prepared uniform(Engine engine, Uniform op) {
        CUfunction f = engine.function(FILE, "uniform");
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.step(), op.y())
                        .number(op.y().size())
                        .number(op.draw().seed())
                        .integer(op.draw().call())
                        .launch(f, engine.vectors(op.y().size()));
    }

    private static Prepared warp(Engine engine, Warp op) {
        CUfunction f = engine.function(FILE, "warp");
        Shape from = op.x().shape();
        Shape to = op.y().shape();
        int border =
                switch (op.border()) {
                    case REFLECT -> 0;
                    case WRAP -> 1;
                    case CONSTANT -> 2;
                    case NEAREST -> 3;
                };
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.x(), op.transforms(), op.y())
                        .number(op.y().size())
                        .integers(from.dim(1), from.dim(2), from.dim(3), to.dim(1), to.dim(2))
                        .integers(op.sampling() == Warp.Sampling.BILINEAR ? 1 : 0, border)
                        .real(op.fill())
                        .launch(f, engine.grid(op.y().size()));
    }
}
