package dev.thaw.conformance;

import static dev.thaw.conformance.ConvolutionConformance.same;
import static dev.thaw.conformance.ConvolutionConformance.valid;

import dev.thaw.conformance.ConvolutionConformance.Geometry;
import dev.thaw.op.Pool;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

abstract class PoolConformance extends Conformance {
    private static final List<Geometry> GEOMETRIES =
            List.of(
                    valid(List.of(1), List.of(1), 1, 1),
                    valid(List.of(7), List.of(2), 2, 1),
                    same(List.of(7), List.of(3), 2, 1),
                    valid(List.of(6, 8), List.of(2, 2), 2, 1),
                    same(List.of(7, 5), List.of(2, 2), 2, 1),
                    same(List.of(7, 9), List.of(3, 3), 1, 1),
                    same(List.of(7, 8), List.of(3, 3), 2, 1),
                    valid(List.of(9, 10), List.of(2, 3), 3, 1),
                    valid(List.of(7, 7), List.of(7, 7), 1, 1),
                    same(List.of(2, 3), List.of(5, 7), 1, 1),
                    valid(List.of(9, 8), List.of(3, 2), 1, 2),
                    same(List.of(9, 8), List.of(3, 3), 1, 2),
                    valid(List.of(5, 4, 6), List.of(2, 2, 2), 2, 1),
                    same(List.of(3, 5, 4), List.of(3, 2, 3), 2, 1));

    static void pool(Draft d, Pool.Function function, Geometry g, Value x) {
        Shape shape = Windows.output(g.window(), x.shape().dim(0), g.in(), x.shape().last());
        Value y = d.temp("y", shape);
        d.emit(new Pool(x, y, function, g.window()));
        long cells = g.window().size().stream().mapToLong(i -> i).reduce(1, (a, b) -> a * b);
        Tolerance t = Tolerance.sum(cells + 1);
        d.fetchWithGradients(y, function == Pool.Function.MAX ? Tolerance.EXACT : t, t, x);
    }

    private static Shape images(int batch, Geometry g, int channels) {
        return Windows.shape(List.of(batch), g.in(), channels);
    }

    /** Numbers of which every third is one of these. */
    private static Value odd(Draft d, Shape shape, float... numbers) {
        Value x = d.normal("x", shape);
        float[] content = d.content().get(x).floats();
        for (int i = 0; i < content.length; i += 3) {
            content[i] = numbers[i / 3 % numbers.length];
        }
        return x;
    }

    static Stream<OpCase> table() {
        List<OpCase> all = new ArrayList<>();
        for (Geometry g : GEOMETRIES) {
            for (int channels : new int[] {1, 3, 17}) {
                Shape s = images(channels == 3 ? 3 : 1, g, channels);
                String where = " " + g + " of " + s;
                all.add(
                        new OpCase(
                                "MAX" + where,
                                d -> pool(d, Pool.Function.MAX, g, d.normal("x", s))));
                all.add(
                        new OpCase(
                                "MAX with ties" + where,
                                d -> pool(d, Pool.Function.MAX, g, d.whole("x", s, -3, -1))));
                all.add(
                        new OpCase(
                                "AVERAGE" + where,
                                d ->
                                        pool(
                                                d,
                                                Pool.Function.AVERAGE,
                                                g,
                                                d.linear(d.normal("x", s)))));
            }
        }
        for (Geometry g : GEOMETRIES) {
            Shape s = images(2, g, 4);
            float infinity = Float.POSITIVE_INFINITY;
            all.add(
                    new OpCase(
                            "MAX of NaN " + g,
                            d -> pool(d, Pool.Function.MAX, g, odd(d, s, Float.NaN, 1, 9))));
            all.add(
                    new OpCase(
                            "MAX of NaN and infinity " + g,
                            d ->
                                    pool(
                                            d,
                                            Pool.Function.MAX,
                                            g,
                                            odd(d, s, -infinity, Float.NaN, infinity))));
            all.add(
                    new OpCase(
                            "MAX of nothing but -infinity " + g,
                            d ->
                                    pool(
                                            d,
                                            Pool.Function.MAX,
                                            g,
                                            d.input("x", Tensor.full(s, -infinity)))));
        }
        Geometry large = same(List.of(33, 35), List.of(3, 3), 2, 1);
        Shape s = images(3, large, 24);
        all.add(new OpCase("MAX large", d -> pool(d, Pool.Function.MAX, large, d.normal("x", s))));
        all.add(
                new OpCase(
                        "AVERAGE large",
                        d -> pool(d, Pool.Function.AVERAGE, large, d.linear(d.normal("x", s)))));
        return all.stream();
    }

    @Override
    Stream<OpCase> cases() {
        return table();
    }
}
