package dev.thaw.applications;

import dev.thaw.layer.Padding;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.convolution.SeparableConv2D;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.pooling.MaxPooling2D;

import java.util.List;

/** Chollet (2017), after Keras's xception.py. */
final class Xception {
    private static final int MIDDLE = 728;

    private Xception() {}

    static Symbol build(Symbol image, ApplicationOptions options) {
        Symbol x = Blocks.plain(32, 3).strides(2).named("block1_conv1").apply(image);
        x = normalized(x, "block1_conv1");
        x = Blocks.plain(64, 3).named("block1_conv2").apply(x);
        x = normalized(x, "block1_conv2");
        x = halving(x, 128, 128, "block2");
        x = halving(x, 256, 256, "block3");
        x = halving(x, MIDDLE, MIDDLE, "block4");
        for (int block = 5; block < 13; block++) {
            x = residual(x, "block" + block);
        }
        x = halving(x, MIDDLE, 1024, "block13");
        x = separable(x, 1536, "block14_sepconv1");
        x = Blocks.relu(x, "block14_sepconv1_act");
        x = separable(x, 2048, "block14_sepconv2");
        x = Blocks.relu(x, "block14_sepconv2_act");
        return Blocks.head(x, options, "avg_pool", null, null);
    }

    private static Symbol normalized(Symbol x, String name) {
        return Blocks.relu(Blocks.normalize(x, bn(), name + "_bn"), name + "_act");
    }

    private static Symbol separable(Symbol x, int filters, String name) {
        Symbol y =
                new SeparableConv2D(filters, 3)
                        .padding(Padding.SAME)
                        .useBias(false)
                        .named(name)
                        .apply(x);
        return Blocks.normalize(y, bn(), name + "_bn");
    }

    private static Symbol halving(Symbol x, int middle, int filters, String name) {
        Symbol shortcut = Blocks.plain(filters, 1).strides(2).padding(Padding.SAME).apply(x);
        shortcut = Blocks.normalize(shortcut, bn(), null);
        Symbol y = x;
        if (!name.equals("block2")) {
            // block 1 has activated what comes into block 2
            y = Blocks.relu(y, name + "_sepconv1_act");
        }
        y = separable(y, middle, name + "_sepconv1");
        y = Blocks.relu(y, name + "_sepconv2_act");
        y = separable(y, filters, name + "_sepconv2");
        y = new MaxPooling2D(3).strides(2).padding(Padding.SAME).named(name + "_pool").apply(y);
        return new Add().apply(List.of(y, shortcut));
    }

    private static Symbol residual(Symbol x, String name) {
        Symbol y = x;
        for (int i = 1; i <= 3; i++) {
            y = Blocks.relu(y, "%s_sepconv%s_act".formatted(name, i));
            y = separable(y, MIDDLE, "%s_sepconv%s".formatted(name, i));
        }
        return new Add().apply(List.of(y, x));
    }

    private static BatchNormalization bn() {
        return new BatchNormalization();
    }
}
