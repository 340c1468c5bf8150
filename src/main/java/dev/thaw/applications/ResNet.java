package dev.thaw.applications;

import dev.thaw.layer.Padding;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.pooling.MaxPooling2D;

import java.util.List;

/** He et al. (2015), and (2016) with pre-activation, after Keras's resnet.py and resnet_v2.py. */
final class ResNet {

    private final int[] blocks;
    private final boolean preactivated;

    private ResNet(int[] blocks, boolean preactivated) {
        this.blocks = blocks;
        this.preactivated = preactivated;
    }

    /** With so many residual blocks in each of the four stages. */
    static Architecture v1(int... blocks) {
        return new ResNet(blocks, false)::build;
    }

    /** The same with the activations in front of the convolutions. */
    static Architecture v2(int... blocks) {
        return new ResNet(blocks, true)::build;
    }

    private Symbol build(Symbol image, ApplicationOptions options) {
        Symbol x = Blocks.pad(image, 3, "conv1_pad");
        x = new Conv2D(64, 7).strides(2).named("conv1_conv").apply(x);
        if (!preactivated) {
            x = normalized(x, "conv1_bn", "conv1_relu");
        }
        x = Blocks.pad(x, 1, "pool1_pad");
        x = new MaxPooling2D(3).strides(2).named("pool1_pool").apply(x);
        for (int i = 0; i < blocks.length; i++) {
            x = stage(x, i);
        }
        if (preactivated) {
            x = normalized(x, "post_bn", "post_relu");
        }
        return Blocks.head(x, options, "avg_pool", "avg_pool", "max_pool");
    }

    /** The first version halves the image in the stage's first block, the second in its last. */
    private Symbol stage(Symbol x, int stage) {
        int filters = 64 << stage;
        boolean halves = preactivated ? stage < blocks.length - 1 : stage > 0;
        int halving = preactivated ? blocks[stage] : 1;
        Symbol y = x;
        for (int i = 1; i <= blocks[stage]; i++) {
            String name = "conv" + (stage + 2) + "_block" + i;
            int stride = halves && i == halving ? 2 : 1;
            y =
                    preactivated
                            ? second(y, filters, stride, i == 1, name)
                            : first(y, filters, stride, i == 1, name);
        }
        return y;
    }

    private static Symbol normalized(Symbol x, String bn, String relu) {
        return Blocks.relu(Blocks.normalize(x, bn(), bn), relu);
    }

    private static Symbol first(Symbol x, int filters, int stride, boolean widens, String name) {
        Symbol shortcut = x;
        if (widens) {
            shortcut = new Conv2D(4 * filters, 1).strides(stride).named(name + "_0_conv").apply(x);
            shortcut = Blocks.normalize(shortcut, bn(), name + "_0_bn");
        }
        Symbol y = new Conv2D(filters, 1).strides(stride).named(name + "_1_conv").apply(x);
        y = normalized(y, name + "_1_bn", name + "_1_relu");
        y = new Conv2D(filters, 3).padding(Padding.SAME).named(name + "_2_conv").apply(y);
        y = normalized(y, name + "_2_bn", name + "_2_relu");
        y = new Conv2D(4 * filters, 1).named(name + "_3_conv").apply(y);
        y = Blocks.normalize(y, bn(), name + "_3_bn");
        y = new Add().named(name + "_add").apply(List.of(shortcut, y));
        return Blocks.relu(y, name + "_out");
    }

    private static Symbol second(Symbol x, int filters, int stride, boolean widens, String name) {
        Symbol ready = normalized(x, name + "_preact_bn", name + "_preact_relu");
        Symbol shortcut = x;
        if (widens) {
            shortcut =
                    new Conv2D(4 * filters, 1).strides(stride).named(name + "_0_conv").apply(ready);
        } else if (stride > 1) {
            shortcut = new MaxPooling2D(1).strides(stride).apply(x);
        }
        Symbol y = Blocks.plain(filters, 1).named(name + "_1_conv").apply(ready);
        y = normalized(y, name + "_1_bn", name + "_1_relu");
        y = Blocks.pad(y, 1, name + "_2_pad");
        y = Blocks.plain(filters, 3).strides(stride).named(name + "_2_conv").apply(y);
        y = normalized(y, name + "_2_bn", name + "_2_relu");
        y = new Conv2D(4 * filters, 1).named(name + "_3_conv").apply(y);
        return new Add().named(name + "_out").apply(List.of(shortcut, y));
    }

    private static BatchNormalization bn() {
        return new BatchNormalization().axis(3).epsilon(1.001e-5);
    }
}
