package dev.thaw.conformance;

import dev.thaw.op.Convolution;
import dev.thaw.op.ConvolutionGradInput;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Value;
import dev.thaw.op.Window;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

abstract class ConvolutionConformance extends Conformance {
    /** A window over images of one extent. */
    record Geometry(List<Integer> in, Window window) {
        @Override
        public String toString() {
            return in
                    + " by "
                    + window.size()
                    + " stride "
                    + window.strides().get(0)
                    + " dilation "
                    + window.dilation().get(0)
                    + " pads "
                    + window.padBefore()
                    + window.padAfter();
        }
    }

    static Geometry valid(List<Integer> in, List<Integer> size, int stride, int dilation) {
        return new Geometry(in, Windows.valid(size, stride, dilation));
    }

    static Geometry same(List<Integer> in, List<Integer> size, int stride, int dilation) {
        return new Geometry(in, Windows.same(in, size, stride, dilation));
    }

    /** Along the one axis so much before and all else after, along the other one more before. */
    private static Geometry uneven(int size, int stride, int before) {
        return new Geometry(
                List.of(9, 10),
                new Window(
                        List.of(size, size),
                        List.of(stride, stride),
                        List.of(1, 1),
                        List.of((before + 1) % size, before),
                        List.of(0, size - 1 - before)));
    }

    private static final List<Geometry> GEOMETRIES =
            List.of(
                    valid(List.of(7), List.of(3), 1, 1),
                    same(List.of(17), List.of(5), 2, 1),
                    same(List.of(9), List.of(2), 1, 3),
                    valid(List.of(1, 1), List.of(1, 1), 1, 1),
                    valid(List.of(5, 7), List.of(1, 1), 1, 1),
                    valid(List.of(5, 7), List.of(1, 1), 2, 1),
                    same(List.of(7, 5), List.of(3, 3), 1, 1),
                    same(List.of(8, 7), List.of(3, 3), 2, 1),
                    same(List.of(7, 9), List.of(2, 3), 3, 1),
                    same(List.of(9, 8), List.of(3, 2), 1, 2),
                    valid(List.of(9, 11), List.of(3, 3), 2, 1),
                    valid(List.of(6, 8), List.of(3, 3), 4, 1),
                    same(List.of(2, 1), List.of(5, 7), 1, 1),
                    same(List.of(3, 4), List.of(7, 5), 2, 1),
                    // pads as Keras's ZeroPadding2D(((0, 1), (0, 1))) leaves them, and more before
                    new Geometry(
                            List.of(6, 7),
                            new Window(
                                    List.of(3, 3),
                                    List.of(2, 1),
                                    List.of(1, 2),
                                    List.of(2, 0),
                                    List.of(0, 3))),
                    // causal: all padding before
                    new Geometry(
                            List.of(8),
                            new Window(List.of(3), List.of(1), List.of(2), List.of(4), List.of(0))),
                    new Geometry(
                            List.of(2),
                            new Window(List.of(4), List.of(2), List.of(1), List.of(3), List.of(0))),
                    new Geometry(
                            List.of(4, 3, 5),
                            new Window(
                                    List.of(3, 2, 2),
                                    List.of(2, 1, 1),
                                    List.of(1, 1, 3),
                                    List.of(2, 0, 1),
                                    List.of(0, 1, 3))),
                    // one output along the last axis, and cells left over
                    new Geometry(
                            List.of(8, 6),
                            new Window(
                                    List.of(4, 5),
                                    List.of(1, 2),
                                    List.of(1, 1),
                                    List.of(0, 0),
                                    List.of(0, 0))),
                    same(List.of(3, 4, 5), List.of(3, 2, 1), 1, 1),
                    same(List.of(5, 4, 3), List.of(3, 3, 2), 2, 1),
                    valid(List.of(5, 5, 6), List.of(2, 1, 2), 1, 2));

    /** Channels in and out of each group, and the groups. */
    private record Width(int in, int out, int groups) {}

    private static final List<Width> WIDTHS =
            List.of(
                    new Width(1, 1, 1),
                    new Width(3, 7, 1),
                    new Width(17, 5, 1),
                    new Width(2, 3, 3),
                    new Width(8, 8, 2));

    static void convolution(
            Draft d, int batch, Geometry g, int in, int out, int groups, boolean bias) {
        List<Integer> n = List.of(batch);
        Value x = d.linear(d.normal("x", Windows.shape(n, g.in, in * groups)));
        Value w =
                d.linear(
                        d.normal("w", Windows.shape(List.of(), g.window.size(), in, out * groups)));
        Value b = bias ? d.linear(d.normal("bias", Shape.of(out * groups))) : null;
        Value y = d.temp("y", Windows.output(g.window, batch, g.in, out * groups));
        d.emit(new Convolution(x, w, b, y, g.window, groups));
        fetchAll(d, x, w, b, y, w.size() / groups);
    }

    /** A convolution's gradient as an op of its own: y is what the convolution would read. */
    static void transposed(Draft d, int batch, Geometry g, int in, int out, int groups) {
        Value x = d.linear(d.normal("x", Windows.output(g.window, batch, g.in, in * groups)));
        Value w =
                d.linear(
                        d.normal("w", Windows.shape(List.of(), g.window.size(), out, in * groups)));
        Value y = d.temp("y", Windows.shape(List.of(batch), g.in, out * groups));
        d.emit(new ConvolutionGradInput(x, w, y, g.window, groups));
        fetchAll(d, x, w, null, y, w.size() / groups);
    }

    /** What a fused convolution has besides its images and filters. */
    private record End(Rectifier rectifier, boolean bias, boolean residual) {
        @Override
        public String toString() {
            return rectifier + (bias ? " with bias" : "") + (residual ? " and residual" : "");
        }
    }

    private static final List<End> ENDS =
            List.of(
                    new End(Rectifier.RELU, true, false),
                    new End(Rectifier.RELU, false, false),
                    new End(Rectifier.RELU6, true, false),
                    new End(Rectifier.RELU6, false, false),
                    new End(Rectifier.NONE, true, true),
                    new End(Rectifier.RELU, true, true),
                    new End(Rectifier.RELU6, false, true));

    /** Forward only: near a kink, rounding decides whether the gradient is there. */
    private static void ended(Draft d, Geometry g, Width width, End end) {
        Value y = endedValue(d, g, width, end).get(0);
        d.fetch(y, Tolerance.sum(g.window.size().stream().reduce(width.in, (a, b) -> a * b) + 2));
    }

    /** With the gradient by the op's own rule; for small shapes without an element near a kink. */
    static void endedWithRule(Draft d, Geometry g, Rectifier rectifier, boolean residual) {
        End end = new End(rectifier, true, residual);
        List<Value> all = endedValue(d, g, new Width(2, 3, 1), end);
        d.differentiate(all.get(0), all.subList(1, all.size()).toArray(Value[]::new));
    }

    /** The result, then the operands. */
    private static List<Value> endedValue(Draft d, Geometry g, Width width, End end) {
        int out = width.out * width.groups;
        Shape images = Windows.shape(List.of(2), g.in, width.in * width.groups);
        Shape filters = Windows.shape(List.of(), g.window.size(), width.in, out);
        Shape result = Windows.output(g.window, 2, g.in, out);
        Value x = d.linear(d.normal("x", images));
        Value w = d.linear(d.normal("w", filters));
        Value b = end.bias ? d.linear(d.normal("bias", Shape.of(out))) : null;
        Value residual = end.residual ? d.linear(d.normal("residual", result)) : null;
        Value y = d.temp("y", result);
        d.emit(new Convolution(x, w, b, residual, y, g.window, width.groups, end.rectifier));
        return Stream.of(y, x, w, b, residual).filter(Objects::nonNull).toList();
    }

    private static void depthwiseRectified(Draft d, Geometry g, int multiplier, Rectifier r) {
        d.fetch(depthwiseRectifiedValue(d, g, multiplier, r).get(0), Tolerance.sum(30));
    }

    /** With the gradient by the op's own rule; for small shapes without an element near a kink. */
    static void depthwiseRectifiedWithRule(Draft d, Geometry g, Rectifier rectifier) {
        List<Value> all = depthwiseRectifiedValue(d, g, 2, rectifier);
        d.differentiate(all.get(0), all.subList(1, all.size()).toArray(Value[]::new));
    }

    private static List<Value> depthwiseRectifiedValue(
            Draft d, Geometry g, int multiplier, Rectifier rectifier) {
        Value x = d.linear(d.normal("x", Windows.shape(List.of(2), g.in, 3)));
        Value w = d.linear(d.normal("w", Windows.shape(List.of(), g.window.size(), 3, multiplier)));
        Value b = d.linear(d.normal("bias", Shape.of(3 * multiplier)));
        Value y = d.temp("y", Windows.output(g.window, 2, g.in, 3 * multiplier));
        d.emit(new DepthwiseConvolution(x, w, b, y, g.window, rectifier));
        return List.of(y, x, w, b);
    }

    /** A rectifier does not hide that an image or a residual is not a number. */
    private static void notANumber(Draft d, Rectifier rectifier, boolean depthwise) {
        Geometry g = same(List.of(6, 5), List.of(3, 3), 1, 1);
        Value x = d.linear(d.normal("x", Windows.shape(List.of(2), g.in, 4)));
        d.content().get(x).floats()[17] = Float.NaN;
        Value w =
                d.linear(
                        d.normal(
                                "w",
                                Windows.shape(List.of(), g.window.size(), 4, depthwise ? 1 : 4)));
        Value y = d.temp("y", Windows.output(g.window, 2, g.in, 4));
        if (depthwise) {
            d.emit(new DepthwiseConvolution(x, w, null, y, g.window, rectifier));
        } else {
            Value residual = d.linear(d.normal("residual", y.shape()));
            d.content().get(residual).floats()[101] = Float.NaN;
            d.emit(new Convolution(x, w, null, residual, y, g.window, 1, rectifier));
        }
        d.fetch(y, Tolerance.sum(38));
    }

    static void depthwise(Draft d, int batch, Geometry g, int in, int multiplier, boolean bias) {
        Value x = d.linear(d.normal("x", Windows.shape(List.of(batch), g.in, in)));
        Value w =
                d.linear(d.normal("w", Windows.shape(List.of(), g.window.size(), in, multiplier)));
        Value b = bias ? d.linear(d.normal("bias", Shape.of(in * multiplier))) : null;
        Value y = d.temp("y", Windows.output(g.window, batch, g.in, in * multiplier));
        d.emit(new DepthwiseConvolution(x, w, b, y, g.window));
        fetchAll(d, x, w, b, y, w.size() / in);
    }

    private static void fetchAll(Draft d, Value x, Value w, Value b, Value y, long filter) {
        // y and dx sum over (part of) a filter, dw and dbias over all cells of all outputs
        long longest = Math.max(filter, y.size() / y.shape().last()) + 1;
        Tolerance t = Tolerance.sum(longest);
        d.fetchWithGradients(y, t, t, b == null ? new Value[] {x, w} : new Value[] {x, w, b});
    }

    static Stream<OpCase> table() {
        List<OpCase> all = new ArrayList<>();
        for (Geometry g : GEOMETRIES) {
            for (Width w : WIDTHS) {
                int batch = w.in == 3 ? 3 : 1;
                boolean bias = w.in % 2 == 1;
                all.add(
                        new OpCase(
                                "Convolution " + g + " " + w + " batch " + batch,
                                d -> convolution(d, batch, g, w.in, w.out, w.groups, bias)));
            }
            for (int groups = 1; groups <= 2; groups++) {
                int n = groups;
                all.add(
                        new OpCase(
                                "Transposed " + g + " groups " + n,
                                d -> transposed(d, n, g, 3 * n, 7 - n, n)));
            }
            for (int multiplier = 1; multiplier <= 3; multiplier++) {
                int m = multiplier;
                int channels = 3 + 7 * (m % 2);
                all.add(
                        new OpCase(
                                "Depthwise " + g + " " + channels + "x" + m,
                                d -> depthwise(d, 4 - m, g, channels, m, m != 2)));
            }
        }
        for (Geometry g : GEOMETRIES) {
            for (Width w : List.of(new Width(3, 7, 1), new Width(2, 3, 3))) {
                for (End end : ENDS) {
                    all.add(
                            new OpCase(
                                    "Convolution %s %s %s".formatted(end, g, w),
                                    d -> ended(d, g, w, end)));
                }
            }
            for (Rectifier r : List.of(Rectifier.RELU, Rectifier.RELU6)) {
                for (int multiplier = 1; multiplier <= 2; multiplier++) {
                    int m = multiplier;
                    all.add(
                            new OpCase(
                                    "Depthwise %s %s 3x%d".formatted(r, g, m),
                                    d -> depthwiseRectified(d, g, m, r)));
                }
            }
        }
        for (Rectifier r : Rectifier.values()) {
            all.add(new OpCase("Convolution %s of NaN".formatted(r), d -> notANumber(d, r, false)));
            all.add(new OpCase("Depthwise %s of NaN".formatted(r), d -> notANumber(d, r, true)));
        }
        // four channels at once where no kernel is made for the window
        for (Geometry g : List.of(GEOMETRIES.get(1), GEOMETRIES.get(9), GEOMETRIES.get(17))) {
            all.add(new OpCase("Depthwise " + g + " 8x1", d -> depthwise(d, 2, g, 8, 1, true)));
        }
        Geometry large = same(List.of(33, 35), List.of(3, 3), 1, 1);
        Geometry strided = same(List.of(67, 65), List.of(3, 3), 2, 1);
        all.add(new OpCase("Convolution large", d -> convolution(d, 5, large, 8, 17, 1, true)));
        all.add(
                new OpCase(
                        "Convolution strided", d -> convolution(d, 4, strided, 3, 18, 1, false)));
        all.add(new OpCase("Depthwise large", d -> depthwise(d, 3, large, 24, 1, true)));
        all.add(new OpCase("Depthwise strided", d -> depthwise(d, 3, strided, 24, 1, false)));
        for (int stride = 1; stride <= 2; stride++) {
            for (int size : new int[] {3, 5}) {
                Geometry g = same(List.of(13, 18), List.of(size, size), stride, 1);
                for (int channels : new int[] {4, 36, 132}) {
                    all.add(
                            new OpCase(
                                    "Depthwise " + g + " " + channels + "x1",
                                    d -> depthwise(d, 2, g, channels, 1, channels == 36)));
                }
                // which cells lie on an output depends on whether the padding before is odd
                for (int before = 0; before < size; before++) {
                    Geometry uneven = uneven(size, stride, before);
                    all.add(
                            new OpCase(
                                    "Depthwise " + uneven + " 24x1",
                                    d -> depthwise(d, 2, uneven, 24, 1, false)));
                }
            }
        }
        return all.stream();
    }

    @Override
    Stream<OpCase> cases() {
        return table();
    }
}
