package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Sequence;
import dev.thaw.op.Op;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Value;

import java.util.Locale;
import java.util.function.Function;

/**
 * What follows a matrix product or a convolution in place: y = r(y + bias + residual), the bias
 * along the last axis.
 *
 * @param bias one number per column; null for none
 * @param residual like y; null for none
 * @param rectifier r
 */
record Epilogue(Op op, Value y, Value bias, Value residual, Rectifier rectifier) {
    /** The kernel, and this after it where there is anything to do. */
    Kernel after(Kernel kernel, Engine engine, Function<Value, Buffer> buffers) {
        return Sequence.gather(
                all -> {
                    all.add(kernel);
                    if (bias != null) {
                        Rectifier last = residual == null ? rectifier : Rectifier.NONE;
                        all.add(
                                engine.arguments(op, buffers)
                                        .values(y, bias)
                                        .number(y.size())
                                        .integer(Math.toIntExact(bias.size()))
                                        .launch(
                                                engine.function(
                                                        "elementwise", entry("bias_add", last)),
                                                engine.vectors(y.size())));
                    }
                    if (residual != null) {
                        all.add(
                                engine.arguments(op, buffers)
                                        .values(y, residual)
                                        .number(y.size())
                                        .launch(
                                                engine.function(
                                                        "elementwise", entry("add_to", rectifier)),
                                                engine.vectors(y.size())));
                    } else if (bias == null && rectifier != Rectifier.NONE) {
                        all.add(rectified(engine, engine.arguments(op, buffers), y, rectifier));
                    }
                });
    }

    /** y = r(y). */
    static Kernel rectified(Engine engine, Arguments a, Value y, Rectifier rectifier) {
        return unary(engine, a.values(y, y), y.size(), entry("unary", rectifier));
    }

    /** What the rectifier lets through, for arguments that are y, dy and the result. */
    static Kernel passed(Engine engine, Arguments a, long size, Rectifier rectifier) {
        return unary(engine, a, size, entry("unary_grad", rectifier));
    }

    private static Kernel unary(Engine engine, Arguments a, long size, String name) {
        return a.number(size)
                .real(0)
                .real(0)
                .launch(engine.function("unary", name), engine.vectors(size));
    }

    /** The entry point of a kernel with this rectifier. */
    static String entry(String name, Rectifier rectifier) {
        return rectifier == Rectifier.NONE
                ? name
                : name + "_" + rectifier.name().toLowerCase(Locale.ROOT);
    }
}
