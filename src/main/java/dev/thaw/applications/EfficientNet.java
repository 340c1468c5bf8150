package dev.thaw.applications;

import dev.thaw.layer.Padding;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.convolution.DepthwiseConv2D;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.merging.Multiply;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.preprocessing.Normalization;
import dev.thaw.layer.preprocessing.Rescaling;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.reshaping.Reshape;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.tensor.Shape;

import java.util.Arrays;
import java.util.List;

/** Tan and Le (2019), after Keras's efficientnet.py. */
final class EfficientNet {
    private static final double DROP_CONNECT = .2;
    private static final double SQUEEZE = .25;
    private static final double[] DEVIATIONS = {.229, .224, .225};
    private static final ActivationFunction SWISH = ActivationFunction.SILU;

    /** So many blocks before scaling; the first has this stride. */
    private record Stage(int kernel, int blocks, int filters, int expansion, int stride) {}

    private static final List<Stage> STAGES =
            List.of(
                    new Stage(3, 1, 16, 1, 1),
                    new Stage(3, 2, 24, 6, 2),
                    new Stage(5, 2, 40, 6, 2),
                    new Stage(3, 3, 80, 6, 2),
                    new Stage(5, 3, 112, 6, 1),
                    new Stage(5, 4, 192, 6, 2),
                    new Stage(3, 1, 320, 6, 1));

    private final double width;
    private final double depth;
    private final double dropout;

    private EfficientNet(double width, double depth, double dropout) {
        this.width = width;
        this.depth = depth;
        this.dropout = dropout;
    }

    /** With filters and blocks scaled so, and this rate of dropout in the top. */
    static Architecture of(double width, double depth, double dropout) {
        return new EfficientNet(width, depth, dropout)::build;
    }

    private Symbol build(Symbol image, ApplicationOptions options) {
        Symbol x = new Rescaling(1 / 255.0).apply(image);
        x = new Normalization(3).apply(x);
        if (options.imagenet()) {
            x = deviations().apply(x);
        }
        x = Blocks.correctPad(x, 3, "stem_conv_pad");
        x = convolution(filters(32), 3).strides(2).named("stem_conv").apply(x);
        x = normalized(x, "stem_bn", "stem_activation");
        x = stages(x);
        x = convolution(filters(1280), 1).padding(Padding.SAME).named("top_conv").apply(x);
        x = normalized(x, "top_bn", "top_activation");
        if (!options.includeTop()) {
            return Blocks.pool(x, options, "avg_pool", "max_pool");
        }
        x = Blocks.average(x, "avg_pool");
        x = new Dropout(dropout).named("top_dropout").apply(x);
        return Blocks.predictions(
                x,
                options,
                Initializer.varianceScaling(
                        1 / 3.0, Initializer.Mode.FAN_OUT, Initializer.Distribution.UNIFORM));
    }

    /** ImageNet's weights were trained with pixels divided by the deviation once too often. */
    private static Rescaling deviations() {
        double[] scale = Arrays.stream(DEVIATIONS).map(d -> 1 / Math.sqrt(d)).toArray();
        return new Rescaling().scale(scale);
    }

    private Symbol stages(Symbol image) {
        double blocks = STAGES.stream().mapToInt(s -> repeats(s.blocks)).sum();
        Symbol x = image;
        int before = 0;
        for (int i = 0; i < STAGES.size(); i++) {
            Stage stage = STAGES.get(i);
            for (int k = 0; k < repeats(stage.blocks); k++) {
                String name = "block" + (i + 1) + (char) ('a' + k);
                double drop = DROP_CONNECT * before++ / blocks;
                x = new Block(name + "_", stage, filters(stage.filters), k == 0, drop).build(x);
            }
        }
        return x;
    }

    private int filters(int unscaled) {
        return Blocks.divisible(unscaled * width);
    }

    private int repeats(int unscaled) {
        return (int) Math.ceil(depth * unscaled);
    }

    private static Initializer kernel() {
        return Initializer.varianceScaling(
                2, Initializer.Mode.FAN_OUT, Initializer.Distribution.TRUNCATED_NORMAL);
    }

    private static Conv2D convolution(int filters, int side) {
        return Blocks.plain(filters, side).kernelInitializer(kernel());
    }

    private static Symbol normalized(Symbol x, String bn, String activation) {
        return Blocks.activate(Blocks.normalize(x, bn(), bn), SWISH, activation);
    }

    /** Expansion, depthwise convolution, squeeze and excite, projection. */
    private record Block(String name, Stage stage, int filters, boolean first, double drop) {
        Symbol build(Symbol x) {
            int inputs = Blocks.channels(x);
            int expanded = inputs * stage.expansion;
            int stride = first ? stage.stride : 1;
            Symbol y = x;
            if (stage.expansion != 1) {
                y = plain(expanded, "expand_conv", y);
                y = normalized(y, name + "expand_bn", name + "expand_activation");
            }
            y = depthwise(y, stride);
            y = normalized(y, name + "bn", name + "activation");
            y = excite(y, expanded, Math.max(1, (int) (inputs * SQUEEZE)));
            y = plain(filters, "project_conv", y);
            y = Blocks.normalize(y, bn(), name + "project_bn");
            return stride == 1 && inputs == filters ? residual(x, y) : y;
        }

        private Symbol plain(int count, String suffix, Symbol x) {
            return convolution(count, 1).padding(Padding.SAME).named(name + suffix).apply(x);
        }

        private Symbol depthwise(Symbol x, int stride) {
            Symbol y = stride == 2 ? Blocks.correctPad(x, stage.kernel, name + "dwconv_pad") : x;
            return new DepthwiseConv2D(stage.kernel)
                    .strides(stride)
                    .padding(stride == 2 ? Padding.VALID : Padding.SAME)
                    .useBias(false)
                    .depthwiseInitializer(kernel())
                    .named(name + "dwconv")
                    .apply(y);
        }

        private Symbol excite(Symbol x, int channels, int squeezed) {
            Symbol y = Blocks.average(x, name + "se_squeeze");
            y = new Reshape(1, 1, channels).named(name + "se_reshape").apply(y);
            y = excitation(squeezed, SWISH).named(name + "se_reduce").apply(y);
            y = excitation(channels, ActivationFunction.SIGMOID).named(name + "se_expand").apply(y);
            return new Multiply().named(name + "se_excite").apply(List.of(x, y));
        }

        private static Conv2D excitation(int filters, ActivationFunction activation) {
            return new Conv2D(filters, 1)
                    .padding(Padding.SAME)
                    .activation(activation)
                    .kernelInitializer(kernel());
        }

        private Symbol residual(Symbol x, Symbol y) {
            Symbol z = y;
            if (drop > 0) {
                z =
                        new Dropout(drop)
                                .noiseShape(Shape.of(Shape.NONE, 1, 1, 1))
                                .named(name + "drop")
                                .apply(y);
            }
            return new Add().named(name + "add").apply(List.of(z, x));
        }
    }

    private static BatchNormalization bn() {
        return new BatchNormalization().axis(3);
    }
}
