package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Kernel;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Value;

import java.nio.FloatBuffer;

/**
 * What follows a batch normalization, a convolution or a product within the same op: y = r(y +
 * residual). A normalization does it on the way, tile by tile in Java, where the cache cannot hold
 * y and memory is the limit. Convolutions and products have oneDNN do it to what they write ({@link
 * PostOps}); elsewhere it is done in place afterwards.
 *
 * @param residual what is added; null for nothing
 * @param rectifier r
 */
record Epilogue(Value residual, Rectifier rectifier) {
    /** Below this, oneDNN's faster loop wins more than the second pass costs. */
    private static final long ONE_PASS_PAYS = 64L << 20;

    /** Leaves y as it is. */
    static final Epilogue NONE = new Epilogue(null, Rectifier.NONE);

    /** Whether it does anything. */
    boolean isThere() {
        return residual != null || rectifier != Rectifier.NONE;
    }

    /** Whether the normalization should do it on the way. */
    boolean inOnePass(Value y) {
        return isThere() && y.size() * Float.BYTES >= ONE_PASS_PAYS;
    }

    /** The residual's memory; null where there is none. */
    FloatBuffer residualIn(Pipeline.Memory m) {
        return residual == null ? null : m.of(residual).floats();
    }

    /** The stages of an op, and this behind them where there is anything to do. */
    Pipeline after(Value y, Pipeline line) {
        return isThere() ? line.then(m -> after(y, m)) : line;
    }

    /** Adds and rectifies y in place. */
    Kernel after(Value y, Pipeline.Memory m) {
        FloatBuffer result = m.of(y).floats();
        return Tiles.map(
                Math.toIntExact(y.size()),
                residualIn(m),
                result,
                result,
                (added, tile, n) -> {
                    if (added != null) {
                        add(tile, added, n);
                    }
                    rectify(tile, rectifier, n);
                });
    }

    /** y = y + residual, over the first n numbers. */
    static void add(float[] y, float[] residual, int n) {
        for (int j = 0; j < n; j++) {
            y[j] += residual[j];
        }
    }

    /** y = r(y), over the first n numbers; NaN stays. */
    static void rectify(float[] y, Rectifier rectifier, int n) {
        switch (rectifier) {
            case NONE -> {}
            case RELU -> {
                for (int j = 0; j < n; j++) {
                    y[j] = Math.max(y[j], 0);
                }
            }
            case RELU6 -> {
                for (int j = 0; j < n; j++) {
                    y[j] = Math.min(Math.max(y[j], 0), 6);
                }
            }
        }
    }
}
