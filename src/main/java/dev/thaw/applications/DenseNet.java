package dev.thaw.applications;

import dev.thaw.layer.Padding;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.merging.Concatenate;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.pooling.AveragePooling2D;
import dev.thaw.layer.pooling.MaxPooling2D;

import java.util.List;

/** Huang et al. (2017), after Keras's densenet.py. */
final class DenseNet {
    private static final int GROWTH = 32;

    private DenseNet() {}

    /** With so many layers in each of the four dense blocks. */
    static Architecture of(int... blocks) {
        return (image, options) -> build(image, options, blocks);
    }

    private static Symbol build(Symbol image, ApplicationOptions options, int[] blocks) {
        Symbol x = Blocks.pad(image, 3, null);
        x = Blocks.plain(64, 7).strides(2).named("conv1_conv").apply(x);
        x = normalized(x, "conv1_bn", "conv1_relu");
        x = Blocks.pad(x, 1, null);
        x = new MaxPooling2D(3).strides(2).named("pool1").apply(x);
        for (int i = 0; i < blocks.length; i++) {
            if (i > 0) {
                x = transition(x, "pool" + (i + 1));
            }
            for (int k = 1; k <= blocks[i]; k++) {
                x = dense(x, "conv%s_block%s".formatted(i + 2, k));
            }
        }
        x = normalized(x, "bn", "relu");
        return Blocks.head(x, options, "avg_pool", "avg_pool", "max_pool");
    }

    private static Symbol normalized(Symbol x, String bn, String relu) {
        return Blocks.relu(Blocks.normalize(x, bn(), bn), relu);
    }

    private static Symbol dense(Symbol x, String name) {
        Symbol y = normalized(x, name + "_0_bn", name + "_0_relu");
        y = Blocks.plain(4 * GROWTH, 1).named(name + "_1_conv").apply(y);
        y = normalized(y, name + "_1_bn", name + "_1_relu");
        y = Blocks.plain(GROWTH, 3).padding(Padding.SAME).named(name + "_2_conv").apply(y);
        return new Concatenate(3).named(name + "_concat").apply(List.of(x, y));
    }

    private static Symbol transition(Symbol x, String name) {
        Symbol y = normalized(x, name + "_bn", name + "_relu");
        y = Blocks.plain(Blocks.channels(x) / 2, 1).named(name + "_conv").apply(y);
        return new AveragePooling2D(2).strides(2).named(name + "_pool").apply(y);
    }

    private static BatchNormalization bn() {
        return new BatchNormalization().axis(3).epsilon(1.001e-5);
    }
}
