package dev.thaw.layer.preprocessing;

import dev.thaw.op.Concat;
import dev.thaw.op.Fill;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.op.Warp;
import dev.thaw.tensor.Shape;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * How images are moved.
 *
 * @param interpolation NEAREST or BILINEAR
 * @param fillMode what lies outside of the images
 * @param fillValue the number that lies there for CONSTANT
 */
public record Projection(Interpolation interpolation, FillMode fillMode, double fillValue) {
    /** Images [N, H, W, C] seen through transforms [N, 8], see {@link Warp}. */
    public Value of(Formula f, Value x, Value transforms) {
        return of(f, x, transforms, x.shape());
    }

    /** The same in another size. */
    public Value of(Formula f, Value x, Value transforms, Shape to) {
        Value y = f.program().temp("moved", to);
        Warp.Sampling sampling =
                interpolation == Interpolation.NEAREST
                        ? Warp.Sampling.NEAREST
                        : Warp.Sampling.BILINEAR;
        Warp.Border border =
                switch (fillMode) {
                    case REFLECT -> Warp.Border.REFLECT;
                    case WRAP -> Warp.Border.WRAP;
                    case CONSTANT -> Warp.Border.CONSTANT;
                    case NEAREST -> Warp.Border.NEAREST;
                };
        f.program().emit(new Warp(x, transforms, y, sampling, border, fillValue));
        return y;
    }

    /**
     * The transforms of columns [N, 1]: what x and y of the argument are made of. A null is a
     * column of zeros.
     */
    public static Value transforms(Formula f, Value... sixColumns) {
        Value some = Arrays.stream(sixColumns).filter(Objects::nonNull).findFirst().orElseThrow();
        Value zero = f.program().temp("zero", some.shape());
        f.program().emit(new Fill(zero, 0));
        Value[] all = Arrays.copyOf(sixColumns, 8);
        for (int i = 0; i < all.length; i++) {
            all[i] = all[i] == null ? zero : all[i];
        }
        Value y = f.program().temp("transforms", some.shape().withDim(1, 8));
        f.program().emit(new Concat(List.of(all), y, 1));
        return y;
    }
}
