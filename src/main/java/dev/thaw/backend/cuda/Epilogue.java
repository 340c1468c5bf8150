package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.op.Op;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Value;

import jcuda.driver.CUfunction;

import java.util.Locale;
import java.util.function.Function;

/**
 * What follows a matrix product or a convolution in place: y = r(y + bias), the bias along the last
 * axis.
 *
 * @param bias one number per column; null for none
 * @param rectifier r
 */
record Epilogue(Op op, Value y, Value bias, Rectifier rectifier) {
    /** The kernel, and this after it where there is anything to do. */
    Kernel after(Kernel kernel, Engine engine, Function<Value, Buffer> buffers) {
        if (bias != null) {
            return Sequence.of(
                    kernel,
                    engine.arguments(op, buffers)
                            .value(y)
                            .value(bias)
                            .number(y.size())
                            .integer(Math.toIntExact(bias.size()))
                            .launch(
                                    engine.function("elementwise", entry("bias_add", rectifier)),
                                    engine.grid((y.size() + 3) / 4)));
        }
        return rectifier == Rectifier.NONE
                ? kernel
                : Sequence.of(kernel, rectified(engine, buffers));
    }

    /** y = r(y). */
    private Kernel rectified(Engine engine, Function<Value, Buffer> buffers) {
        CUfunction f = engine.function("unary", entry("unary", rectifier));
        return engine.arguments(op, buffers)
                .value(y)
                .value(y)
                .number(y.size())
                .real(0)
                .real(0)
                .launch(f, engine.grid((y.size() + 3) / 4));
    }

    /** The entry point of a kernel with this rectifier. */
    static String entry(String name, Rectifier rectifier) {
        return rectifier == Rectifier.NONE
                ? name
                : name + "_" + rectifier.name().toLowerCase(Locale.ROOT);
    }
}
