package dev.thaw.gpucheck;

import dev.thaw.gpucheck.OpCases.OpCase;
import dev.thaw.op.Convolution;
import dev.thaw.op.ConvolutionGradFilter;
import dev.thaw.op.ConvolutionGradInput;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.DepthwiseConvolutionGradFilter;
import dev.thaw.op.DepthwiseConvolutionGradInput;
import dev.thaw.op.Pool;
import dev.thaw.op.PoolGrad;
import dev.thaw.op.Window;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.function.Consumer;

/**
 * Convolutions and pools, by names such as {@code 64x56x56x64 3x3/1 64}: x, window/stride, filters.
 */
final class WindowCases {
    private static final String[] CONVOLUTIONS = {
        "64x224x224x3 7x7/2 64",
        "64x56x56x64 3x3/1 64",
        "64x56x56x256 1x1/1 64",
        "64x56x56x64 1x1/1 256",
        "64x28x28x128 3x3/1 128",
        "64x14x14x256 3x3/1 256",
        "64x7x7x512 3x3/1 512"
    };

    /**
     * MobileNetV2's convolutions of one cell, batch 32: matrix products with few columns or rows,
     * for which traffic counts as much as arithmetic.
     */
    private static final String[] POINTWISE = {
        "32x112x112x32 1x1/1 16",
        "32x112x112x16 1x1/1 96",
        "32x56x56x96 1x1/1 24",
        "32x56x56x24 1x1/1 144",
        "32x56x56x144 1x1/1 24",
        "32x28x28x144 1x1/1 32",
        "32x28x28x32 1x1/1 192",
        "32x28x28x192 1x1/1 32",
        "32x14x14x192 1x1/1 64",
        "32x14x14x64 1x1/1 384",
        "32x14x14x384 1x1/1 64",
        "32x14x14x384 1x1/1 96",
        "32x14x14x96 1x1/1 576",
        "32x14x14x576 1x1/1 96",
        "32x7x7x576 1x1/1 160",
        "32x7x7x160 1x1/1 960",
        "32x7x7x960 1x1/1 160",
        "32x7x7x960 1x1/1 320",
        "32x7x7x320 1x1/1 1280"
    };

    private static final String[] DEPTHWISE = {
        "64x112x112x32 3x3/1",
        "64x56x56x144 3x3/1",
        "64x56x56x144 3x3/2",
        "64x14x14x384 3x3/1",
        "64x7x7x960 3x3/1"
    };

    private final List<OpCase> all;
    private final String name;
    private final Shape x;
    private final Window window;
    private final int filters;

    private WindowCases(List<OpCase> all, String name) {
        this.all = all;
        this.name = name;
        String[] parts = name.split(" ");
        x = Shape.of(OpCases.ints(parts[0]));
        String[] windowAndStride = parts[1].split("/");
        int size = OpCases.ints(windowAndStride[0])[0];
        int stride = Integer.parseInt(windowAndStride[1]);
        int pad = (size - 1) / 2;
        window = new Window(twice(size), twice(stride), twice(1), twice(pad), twice(pad));
        filters = parts.length > 2 ? Integer.parseInt(parts[2]) : x.dim(3);
    }

    private static List<Integer> twice(int n) {
        return List.of(n, n);
    }

    static void addTo(List<OpCase> all, boolean quick) {
        for (String s : quick ? new String[] {"2x9x7x3 3x3/2 5"} : CONVOLUTIONS) {
            new WindowCases(all, s).convolutions();
        }
        for (String s : quick ? new String[] {"2x9x7x16 1x1/1 24"} : POINTWISE) {
            new WindowCases(all, s).convolutions();
        }
        for (String s : quick ? new String[] {"2x9x7x5 3x3/2", "2x9x7x36 3x3/1"} : DEPTHWISE) {
            new WindowCases(all, s).depthwise();
        }
        new WindowCases(all, quick ? "2x9x7x5 3x3/2" : "64x112x112x64 3x3/2").pools();
    }

    private Shape y() {
        return Shape.of(
                x.dim(0),
                window.outputExtent(0, x.dim(1)),
                window.outputExtent(1, x.dim(2)),
                filters);
    }

    private Shape w(int last) {
        return Shape.of(window.size().get(0), window.size().get(1), x.dim(3), last);
    }

    private void convolutions() {
        Shape y = y();
        Shape w = w(filters);
        computes(
                "Convolution",
                r -> r.emit(new Convolution(r.in(x), r.in(w), null, r.out(y), window, 1)));
        computes(
                "ConvolutionGradInput",
                r -> r.emit(new ConvolutionGradInput(r.in(y), r.in(w), r.out(x), window, 1)));
        computes(
                "ConvolutionGradFilter",
                r -> r.emit(new ConvolutionGradFilter(r.in(x), r.in(y), r.out(w), window, 1)));
    }

    private void computes(String op, Consumer<OpRun> body) {
        double flops = 2.0 * y().size() * window.size().get(0) * window.size().get(1) * x.dim(3);
        boolean pointwise = w(filters).size() == (long) x.dim(3) * filters;
        double bytes = pointwise ? (double) (x.size() + y().size()) * Float.BYTES : 0;
        all.add(new OpCase(op, name, bytes, flops, true, body));
    }

    private void depthwise() {
        Shape y = y();
        Shape w = w(1);
        double bytes = (double) (x.size() + y.size()) * Float.BYTES;
        moves(
                "DepthwiseConvolution",
                bytes,
                false,
                r -> r.emit(new DepthwiseConvolution(r.in(x), r.in(w), null, r.out(y), window)));
        moves(
                "DepthwiseConvolutionGradInput",
                bytes,
                false,
                r -> r.emit(new DepthwiseConvolutionGradInput(r.in(y), r.in(w), r.out(x), window)));
        moves(
                "DepthwiseConvolutionGradFilter",
                bytes,
                false,
                r ->
                        r.emit(
                                new DepthwiseConvolutionGradFilter(
                                        r.in(x), r.in(y), r.out(w), window)));
    }

    private void pools() {
        Shape y = y();
        double bytes = (double) (x.size() + y.size()) * Float.BYTES;
        double withIndex = bytes + (double) x.size() * Float.BYTES;
        moves(
                "MaxPool",
                bytes,
                true,
                r -> r.emit(new Pool(r.in(x), r.out(y), Pool.Function.MAX, window)));
        moves(
                "MaxPoolGrad",
                withIndex,
                true,
                r ->
                        r.emit(
                                new PoolGrad(
                                        r.in(x),
                                        r.in(y),
                                        r.in(y),
                                        r.out(x),
                                        Pool.Function.MAX,
                                        window)));
        moves(
                "AveragePool",
                bytes,
                true,
                r -> r.emit(new Pool(r.in(x), r.out(y), Pool.Function.AVERAGE, window)));
    }

    private void moves(String op, double bytes, boolean library, Consumer<OpRun> body) {
        all.add(new OpCase(op, name, bytes, 0, library, body));
    }
}
