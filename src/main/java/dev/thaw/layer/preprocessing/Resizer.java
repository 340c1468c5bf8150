package dev.thaw.layer.preprocessing;

import dev.thaw.layer.Lowering;
import dev.thaw.layer.WholeType;
import dev.thaw.op.Formula;
import dev.thaw.op.SparseMatrix;
import dev.thaw.op.Value;

/**
 * Images in another size, as {@code tf.image.resize} computes it: each pixel of the result is a
 * weighted sum of pixels along each axis, with the rounding of positions to float32 that TensorFlow
 * has.
 *
 * @param interpolation how pixels are weighted
 * @param antialias whether the weights are spread where an image gets smaller; nearest ones are not
 */
public record Resizer(Interpolation interpolation, boolean antialias) {
    /** TensorFlow looks the cubic's weights up in a table of so many steps. */
    private static final int CUBIC_STEPS = 1024;

    private static final double CUBIC = -.5;

    /** A million pixels along an axis, the cubic way; the widest pictures have some 100,000. */
    private static final int MOST_WEIGHTS = 1 << 22;

    /** x: [N, H, W, C] becomes [N, height, width, C]. */
    public Value resize(Formula f, Value x, int height, int width) {
        return along(f, along(f, x, 1, height), 2, width);
    }

    /** The same of a layer's input; as Keras, whole numbers stay whole, within their type. */
    public Value resize(Lowering l, Value x, int height, int width) {
        Formula f = l.formula();
        Value y = resize(f, x, height, width);
        WholeType whole = l.whole(0);
        return whole == null || interpolation == Interpolation.NEAREST
                ? y
                : f.clip(f.round(y), whole.least(), whole.largest());
    }

    private Value along(Formula f, Value x, int axis, int out) {
        int in = x.shape().dim(axis);
        requireSmall(f.program().scope(), in, out);
        return in == out ? x : weights(in, out).times(f, x, axis);
    }

    /** A matrix is made in the heap, before any backend sees it. */
    private void requireSmall(String asker, int in, int out) {
        boolean spreads = antialias || isLanczos();
        double perPixel = spreads ? 2.0 * radius() * Math.max(1, (double) in / out) + 1 : 4;
        if (out * perPixel > MOST_WEIGHTS) {
            throw new IllegalArgumentException(
                    "%s: resizing %d pixels to %d takes a matrix of %.0f weights, at most %d are made; resize to fewer pixels, or without antialias"
                            .formatted(asker, in, out, out * perPixel, MOST_WEIGHTS));
        }
    }

    /** A row of weights for each pixel of the result. */
    SparseMatrix weights(int in, int out) {
        SparseMatrix.Builder b = new SparseMatrix.Builder(in);
        float scale = in / (float) out;
        for (int i = 0; i < out; i++) {
            if (interpolation == Interpolation.NEAREST) {
                b.add(Math.min((int) Math.floor((i + .5f) * scale), in - 1), 1);
            } else if (antialias || isLanczos()) {
                spread(b, in, scale, i);
            } else if (interpolation == Interpolation.BILINEAR) {
                linear(b, in, (i + .5f) * scale - .5f);
            } else {
                cubic(b, in, (i + .5f) * scale - .5f);
            }
            b.endRow();
        }
        return b.build();
    }

    private boolean isLanczos() {
        return interpolation == Interpolation.LANCZOS3 || interpolation == Interpolation.LANCZOS5;
    }

    private static void linear(SparseMatrix.Builder b, int in, float at) {
        float floor = (float) Math.floor(at);
        int low = Math.max((int) floor, 0);
        int high = Math.min((int) Math.ceil(at), in - 1);
        float share = at - floor;
        if (low == high) {
            b.add(low, 1);
        } else {
            b.add(low, 1 - share).add(high, share);
        }
    }

    /** Pixels beyond the border count for nothing, and the others share their weight. */
    private static void cubic(SparseMatrix.Builder b, int in, float at) {
        int floor = (int) Math.floor(at);
        double x = Math.rint((at - floor) * CUBIC_STEPS) / CUBIC_STEPS;
        double[] w = {outer(x), inner(x), inner(1 - x), outer(1 - x)};
        double sum = 0;
        for (int k = 0; k < w.length; k++) {
            sum += inside(floor - 1 + k, in) ? w[k] : 0;
        }
        for (int k = 0; k < w.length; k++) {
            if (inside(floor - 1 + k, in)) {
                b.add(floor - 1 + k, w[k] / sum);
            }
        }
    }

    private static boolean inside(int index, int in) {
        return index >= 0 && index < in;
    }

    /** Keys's cubic up to a distance of 1. */
    private static double inner(double x) {
        return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1;
    }

    /** Keys's cubic at a distance of 1 + x. */
    private static double outer(double x) {
        double d = x + 1;
        return ((CUBIC * d - 5 * CUBIC) * d + 8 * CUBIC) * d - 4 * CUBIC;
    }

    /** All pixels within the kernel's radius, by their distance; the weights sum to 1. */
    private void spread(SparseMatrix.Builder b, int in, float scale, int i) {
        float wide = antialias ? Math.max(scale, 1) : 1;
        float centre = (i + .5f) * scale;
        int from = Math.max((int) Math.ceil(centre - radius() * wide - .5f), 0);
        int to = Math.min((int) Math.floor(centre + radius() * wide - .5f), in - 1);
        double sum = 0;
        for (int k = from; k <= to; k++) {
            sum += kernel((k + .5f - centre) / wide);
        }
        for (int k = from; k <= to; k++) {
            b.add(k, kernel((k + .5f - centre) / wide) / sum);
        }
    }

    private float radius() {
        return switch (interpolation) {
            case NEAREST, BILINEAR -> 1;
            case BICUBIC -> 2;
            case LANCZOS3 -> 3;
            case LANCZOS5 -> 5;
        };
    }

    private double kernel(double distance) {
        double d = Math.abs(distance);
        if (d >= radius()) {
            return 0;
        } else if (interpolation == Interpolation.BILINEAR) {
            return 1 - d;
        } else if (interpolation == Interpolation.BICUBIC) {
            return d <= 1 ? inner(d) : outer(d - 1);
        }
        double angle = Math.PI * d;
        return d <= 1e-3
                ? 1
                : radius() * Math.sin(angle) * Math.sin(angle / radius()) / (angle * angle);
    }
}
