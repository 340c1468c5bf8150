package dev.thaw.applications;

import dev.thaw.layer.Padding;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.activation.ReLU;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.convolution.DepthwiseConv2D;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.merging.Multiply;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.operator.Operators;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.layer.preprocessing.Rescaling;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.reshaping.Flatten;

import java.util.List;

/** Howard et al. (2019), after Keras's mobilenet_v3.py. */
final class MobileNetV3 {
    private static final double SQUEEZE = .25;

    /**
     * One inverted residual.
     *
     * @param large whether its window is 5 cells wide
     * @param excites whether it squeezes and excites
     * @param swish whether its activation is hard swish; all three not where minimalistic
     */
    private record Block(
            double expansion,
            int filters,
            int stride,
            boolean large,
            boolean excites,
            boolean swish) {}

    private static final List<Block> SMALL =
            List.of(
                    new Block(1, 16, 2, false, true, false),
                    new Block(72.0 / 16, 24, 2, false, false, false),
                    new Block(88.0 / 24, 24, 1, false, false, false),
                    new Block(4, 40, 2, true, true, true),
                    new Block(6, 40, 1, true, true, true),
                    new Block(6, 40, 1, true, true, true),
                    new Block(3, 48, 1, true, true, true),
                    new Block(3, 48, 1, true, true, true),
                    new Block(6, 96, 2, true, true, true),
                    new Block(6, 96, 1, true, true, true),
                    new Block(6, 96, 1, true, true, true));

    private static final List<Block> LARGE =
            List.of(
                    new Block(1, 16, 1, false, false, false),
                    new Block(4, 24, 2, false, false, false),
                    new Block(3, 24, 1, false, false, false),
                    new Block(3, 40, 2, true, true, false),
                    new Block(3, 40, 1, true, true, false),
                    new Block(3, 40, 1, true, true, false),
                    new Block(6, 80, 2, false, false, true),
                    new Block(2.5, 80, 1, false, false, true),
                    new Block(2.3, 80, 1, false, false, true),
                    new Block(2.3, 80, 1, false, false, true),
                    new Block(6, 112, 1, false, true, true),
                    new Block(6, 112, 1, false, true, true),
                    new Block(6, 160, 2, true, true, true),
                    new Block(6, 160, 1, true, true, true),
                    new Block(6, 160, 1, true, true, true));

    private final List<Block> blocks;
    private final int lastFilters;
    private final ApplicationOptions options;

    private MobileNetV3(List<Block> blocks, int lastFilters, ApplicationOptions options) {
        this.blocks = blocks;
        this.lastFilters = lastFilters;
        this.options = options;
    }

    static Symbol small(Symbol image, ApplicationOptions options) {
        return new MobileNetV3(SMALL, 1024, options).build(image);
    }

    static Symbol large(Symbol image, ApplicationOptions options) {
        return new MobileNetV3(LARGE, 1280, options).build(image);
    }

    private Symbol build(Symbol image) {
        Symbol x = image;
        if (options.includePreprocessing()) {
            x = new Rescaling(1 / 127.5, -1).apply(x);
        }
        x = Blocks.plain(16, 3).strides(2).padding(Padding.SAME).named("conv").apply(x);
        x = activated(Blocks.normalize(x, bn(), "conv_bn"), true);
        for (int i = 0; i < blocks.size(); i++) {
            x = invertedResidual(x, blocks.get(i), i);
        }
        x = plain(x, Blocks.divisible(Blocks.channels(x) * 6), "conv_1");
        x = activated(Blocks.normalize(x, bn(), "conv_1_bn"), true);
        return options.includeTop() ? top(x) : Blocks.pool(x, options, "avg_pool", "max_pool");
    }

    private Symbol top(Symbol x) {
        double alpha = options.alpha();
        int last = alpha > 1 ? Blocks.divisible(lastFilters * alpha) : lastFilters;
        Symbol y = new GlobalAveragePooling2D().keepdims(true).apply(x);
        y = new Conv2D(last, 1).padding(Padding.SAME).named("conv_2").apply(y);
        y = activated(y, true);
        double dropout = options.dropout(.2);
        if (dropout > 0) {
            y = new Dropout(dropout).apply(y);
        }
        y = new Conv2D(options.classes(), 1).padding(Padding.SAME).named("logits").apply(y);
        y = new Flatten().apply(y);
        return Blocks.activate(y, options.classifierActivation(), "predictions");
    }

    private static Symbol plain(Symbol x, int filters, String name) {
        return Blocks.plain(filters, 1).padding(Padding.SAME).named(name).apply(x);
    }

    private Symbol activated(Symbol x, boolean swish) {
        return swish && !options.minimalistic()
                ? Blocks.activate(x, ActivationFunction.HARD_SILU, null)
                : new ReLU().apply(x);
    }

    private Symbol invertedResidual(Symbol x, Block block, int number) {
        String name = number == 0 ? "expanded_conv_" : "expanded_conv_" + number + "_";
        int inputs = Blocks.channels(x);
        int filters = Blocks.divisible(block.filters * options.alpha());
        int expanded = Blocks.divisible(inputs * block.expansion);
        Symbol y = x;
        if (number > 0) {
            y = Blocks.normalize(plain(y, expanded, name + "expand"), bn(), name + "expand_bn");
            y = activated(y, block.swish);
        }
        y = depthwise(y, block, name);
        y = activated(Blocks.normalize(y, bn(), name + "depthwise_bn"), block.swish);
        if (block.excites && !options.minimalistic()) {
            y = excite(y, expanded, name + "squeeze_excite_");
        }
        y = Blocks.normalize(plain(y, filters, name + "project"), bn(), name + "project_bn");
        return block.stride == 1 && inputs == filters
                ? new Add().named(name + "add").apply(List.of(x, y))
                : y;
    }

    private Symbol depthwise(Symbol x, Block block, String name) {
        int kernel = block.large && !options.minimalistic() ? 5 : 3;
        boolean halves = block.stride == 2;
        Symbol y = halves ? Blocks.correctPad(x, kernel, name + "depthwise_pad") : x;
        return new DepthwiseConv2D(kernel)
                .strides(block.stride)
                .padding(halves ? Padding.VALID : Padding.SAME)
                .useBias(false)
                .named(name + "depthwise")
                .apply(y);
    }

    private static Symbol excite(Symbol x, int filters, String name) {
        Symbol y = new GlobalAveragePooling2D().keepdims(true).named(name + "avg_pool").apply(x);
        int squeezed = Blocks.divisible(filters * SQUEEZE);
        y = new Conv2D(squeezed, 1).padding(Padding.SAME).named(name + "conv").apply(y);
        y = new ReLU().named(name + "relu").apply(y);
        y = new Conv2D(filters, 1).padding(Padding.SAME).named(name + "conv_1").apply(y);
        // the hard sigmoid, written out as in Keras: ReLU(6.0)(x + 3.0) * (1.0 / 6.0)
        ReLU relu6 = new ReLU().maxValue(6);
        y = Operators.multiply(relu6.apply(Operators.add(y, 3)), 1 / 6.0);
        return new Multiply().named(name + "mul").apply(List.of(x, y));
    }

    private static BatchNormalization bn() {
        return new BatchNormalization().momentum(.999);
    }
}
