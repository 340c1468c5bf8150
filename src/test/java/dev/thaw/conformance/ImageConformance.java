package dev.thaw.conformance;

import dev.thaw.op.Increment;
import dev.thaw.op.Uniform;
import dev.thaw.op.Value;
import dev.thaw.op.Warp;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

abstract class ImageConformance extends Conformance {
    /**
     * Coordinates of up to some 20 cells, rounded about 4 times, between pixels that are at most 8
     * apart, and the weighing of four of them.
     */
    private static final Tolerance WARP = new Tolerance("warp", 16, 160);

    /** The identity, a mirror, and others whose coordinates are exact in float32. */
    private static final float[][] EXACT = {
        {1, 0, 0, 0, 1, 0, 0, 0},
        {-1, 0, 6, 0, 1, 0, 0, 0},
        {1, 0, 2.5f, 0, 1, -3, 0, 0},
        {0.75f, 0.25f, -1.125f, -0.25f, 0.75f, 1.375f, 0, 0},
        {2, 0, -9.5f, 0, 2, -7.25f, 0, 0},
        {0, 1, 0, 1, 0, 0, 0, 0},
        {-3, 0.5f, 20, 1.5f, -2, 13, 0, 0},
        {1, 0, 40, 0, 1, -50, 0, 0}
    };

    static void uniform(Draft d, Shape s) {
        Value step = d.counter("step", RandomConformance.STEP);
        Value first = d.temp("first", s);
        Value second = d.temp("second", s);
        d.emit(new Uniform(step, first, RandomConformance.DRAW));
        d.emit(new Increment(step));
        d.emit(new Uniform(step, second, RandomConformance.DRAW));
        d.fetch(first, Tolerance.EXACT);
        d.fetch(second, Tolerance.EXACT);
    }

    private static void warp(
            Draft d,
            float[][] transforms,
            Shape from,
            Shape to,
            Warp.Sampling sampling,
            Warp.Border border,
            Tolerance tolerance) {
        float[] all = new float[8 * transforms.length];
        for (int i = 0; i < transforms.length; i++) {
            System.arraycopy(transforms[i], 0, all, 8 * i, 8);
        }
        Value x = d.uniform("x", from, -4, 4);
        Value t = d.input("transforms", Tensor.of(all, Shape.of(transforms.length, 8)));
        Value y = d.temp("y", to);
        d.emit(new Warp(x, t, y, sampling, border, 0.7));
        d.fetch(y, tolerance);
    }

    /** Turned, stretched and, the last one, seen in perspective. */
    private static float[][] general(Draft d, int images) {
        float[][] all = new float[images][8];
        for (int i = 0; i < images; i++) {
            double angle = d.random().nextDouble(-3, 3);
            double scale = d.random().nextDouble(0.4, 2);
            all[i][0] = (float) (scale * Math.cos(angle));
            all[i][1] = (float) (-scale * Math.sin(angle));
            all[i][2] = (float) d.random().nextDouble(-8, 8);
            all[i][3] = (float) (scale * Math.sin(angle));
            all[i][4] = (float) (scale * Math.cos(angle));
            all[i][5] = (float) d.random().nextDouble(-8, 8);
        }
        all[images - 1][6] = 0.03f;
        all[images - 1][7] = -0.02f;
        return all;
    }

    static Stream<OpCase> table() {
        List<OpCase> all = new ArrayList<>();
        for (Shape s : List.of(Shape.of(1), Shape.of(3, 1), Shape.of(5, 2), Shape.of(1003))) {
            all.add(new OpCase("Uniform " + s, d -> uniform(d, s)));
        }
        for (Warp.Border border : Warp.Border.values()) {
            for (Warp.Sampling sampling : Warp.Sampling.values()) {
                Shape images = Shape.of(EXACT.length, 5, 7, 3);
                all.add(
                        new OpCase(
                                "Warp exactly, " + sampling + ", " + border,
                                d ->
                                        warp(
                                                d,
                                                EXACT,
                                                images,
                                                images.withDim(1, 6).withDim(2, 9),
                                                sampling,
                                                border,
                                                sampling == Warp.Sampling.NEAREST
                                                        ? Tolerance.EXACT
                                                        : WARP)));
            }
            all.add(
                    new OpCase(
                            "Warp, " + border,
                            d ->
                                    warp(
                                            d,
                                            general(d, 4),
                                            Shape.of(4, 11, 13, 2),
                                            Shape.of(4, 11, 13, 2),
                                            Warp.Sampling.BILINEAR,
                                            border,
                                            WARP)));
            all.add(
                    new OpCase(
                            "Warp a single pixel, " + border,
                            d ->
                                    warp(
                                            d,
                                            general(d, 2),
                                            Shape.of(2, 1, 1, 1),
                                            Shape.of(2, 4, 3, 1),
                                            Warp.Sampling.BILINEAR,
                                            border,
                                            WARP)));
        }
        return all.stream();
    }

    @Override
    Stream<OpCase> cases() {
        return table();
    }
}
