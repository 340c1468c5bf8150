package dev.thaw.applications;

import dev.thaw.layer.Padding;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.merging.Concatenate;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.pooling.AveragePooling2D;
import dev.thaw.layer.pooling.MaxPooling2D;

import java.util.List;

/** Szegedy et al. (2016), after Keras's inception_v3.py. */
final class InceptionV3 {

    private InceptionV3() {}

    static Symbol build(Symbol image, ApplicationOptions options) {
        Symbol x = valid(image, 32, 3, 2);
        x = valid(x, 32, 3, 1);
        x = same(x, 64, 3, 3);
        x = maxPool(x);
        x = valid(x, 80, 1, 1);
        x = valid(x, 192, 3, 1);
        x = maxPool(x);
        x = wide(x, 32, "mixed0");
        x = wide(x, 64, "mixed1");
        x = wide(x, 64, "mixed2");
        x = firstReduction(x);
        x = factorized(x, 128, "mixed4");
        x = factorized(x, 160, "mixed5");
        x = factorized(x, 160, "mixed6");
        x = factorized(x, 192, "mixed7");
        x = secondReduction(x);
        x = split(x, 0);
        x = split(x, 1);
        return Blocks.head(x, options, "avg_pool", null, null);
    }

    private static Symbol same(Symbol x, int filters, int height, int width) {
        return convolve(x, new Conv2D(filters, height, width).padding(Padding.SAME));
    }

    private static Symbol valid(Symbol x, int filters, int side, int stride) {
        return convolve(x, new Conv2D(filters, side).strides(stride));
    }

    private static Symbol convolve(Symbol x, Conv2D convolution) {
        Symbol y = convolution.useBias(false).apply(x);
        return Blocks.relu(Blocks.normalize(y, bn(), null), null);
    }

    private static Symbol maxPool(Symbol x) {
        return new MaxPooling2D(3).strides(2).apply(x);
    }

    private static Symbol averaged(Symbol x, int filters) {
        Symbol y = new AveragePooling2D(3).strides(1).padding(Padding.SAME).apply(x);
        return same(y, filters, 1, 1);
    }

    private static Symbol concatenated(String name, Symbol... branches) {
        Concatenate join = new Concatenate(3);
        return (name == null ? join : join.named(name)).apply(List.of(branches));
    }

    private static Symbol wide(Symbol x, int pooled, String name) {
        Symbol one = same(x, 64, 1, 1);
        Symbol five = same(same(x, 48, 1, 1), 64, 5, 5);
        Symbol three = same(same(same(x, 64, 1, 1), 96, 3, 3), 96, 3, 3);
        return concatenated(name, one, five, three, averaged(x, pooled));
    }

    private static Symbol firstReduction(Symbol x) {
        Symbol three = valid(x, 384, 3, 2);
        Symbol twice = valid(same(same(x, 64, 1, 1), 96, 3, 3), 96, 3, 2);
        return concatenated("mixed3", three, twice, maxPool(x));
    }

    private static Symbol factorized(Symbol x, int inner, String name) {
        Symbol one = same(x, 192, 1, 1);
        Symbol seven = same(same(same(x, inner, 1, 1), inner, 1, 7), 192, 7, 1);
        Symbol twice = same(same(x, inner, 1, 1), inner, 7, 1);
        twice = same(same(same(twice, inner, 1, 7), inner, 7, 1), 192, 1, 7);
        return concatenated(name, one, seven, twice, averaged(x, 192));
    }

    private static Symbol secondReduction(Symbol x) {
        Symbol three = valid(same(x, 192, 1, 1), 320, 3, 2);
        Symbol seven = same(same(same(x, 192, 1, 1), 192, 1, 7), 192, 7, 1);
        return concatenated("mixed8", three, valid(seven, 192, 3, 2), maxPool(x));
    }

    private static Symbol split(Symbol x, int i) {
        Symbol one = same(x, 320, 1, 1);
        Symbol three = same(x, 384, 1, 1);
        three = concatenated("mixed9_" + i, same(three, 384, 1, 3), same(three, 384, 3, 1));
        Symbol twice = same(same(x, 448, 1, 1), 384, 3, 3);
        twice = concatenated(null, same(twice, 384, 1, 3), same(twice, 384, 3, 1));
        return concatenated("mixed" + (9 + i), one, three, twice, averaged(x, 192));
    }

    private static BatchNormalization bn() {
        return new BatchNormalization().axis(3).scale(false);
    }
}
