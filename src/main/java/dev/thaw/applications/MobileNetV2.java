package dev.thaw.applications;

import dev.thaw.layer.Padding;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.convolution.DepthwiseConv2D;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.normalization.BatchNormalization;

import java.util.List;

/** Sandler et al. (2018), after Keras's mobilenet_v2.py. */
final class MobileNetV2 {

    /** So many blocks; the first has this stride. */
    private record Stage(int filters, int blocks, int stride) {}

    private static final List<Stage> STAGES =
            List.of(
                    new Stage(16, 1, 1),
                    new Stage(24, 2, 2),
                    new Stage(32, 3, 2),
                    new Stage(64, 4, 2),
                    new Stage(96, 3, 1),
                    new Stage(160, 3, 2),
                    new Stage(320, 1, 1));

    private MobileNetV2() {}

    static Symbol build(Symbol image, ApplicationOptions options) {
        double alpha = options.alpha();
        Symbol x =
                Blocks.plain(Blocks.divisible(32 * alpha), 3)
                        .strides(2)
                        .padding(Padding.SAME)
                        .named("Conv1")
                        .apply(image);
        x = Blocks.relu6(Blocks.normalize(x, bn(), "bn_Conv1"), "Conv1_relu");
        int block = 0;
        for (Stage stage : STAGES) {
            int filters = Blocks.divisible((int) (stage.filters * alpha));
            for (int i = 0; i < stage.blocks; i++) {
                x = invertedResidual(x, filters, i == 0 ? stage.stride : 1, block++);
            }
        }
        int last = alpha > 1 ? Blocks.divisible(1280 * alpha) : 1280;
        x = Blocks.plain(last, 1).named("Conv_1").apply(x);
        x = Blocks.relu6(Blocks.normalize(x, bn(), "Conv_1_bn"), "out_relu");
        return Blocks.head(x, options, null, null, null);
    }

    private static Symbol invertedResidual(Symbol x, int filters, int stride, int block) {
        String name = block == 0 ? "expanded_conv_" : "block_" + block + "_";
        int inputs = Blocks.channels(x);
        Symbol y = x;
        if (block > 0) {
            y = Blocks.plain(6 * inputs, 1).padding(Padding.SAME).named(name + "expand").apply(y);
            y = Blocks.relu6(Blocks.normalize(y, bn(), name + "expand_BN"), name + "expand_relu");
        }
        if (stride == 2) {
            y = Blocks.correctPad(y, 3, name + "pad");
        }
        y =
                new DepthwiseConv2D(3)
                        .strides(stride)
                        .useBias(false)
                        .padding(stride == 1 ? Padding.SAME : Padding.VALID)
                        .named(name + "depthwise")
                        .apply(y);
        y = Blocks.relu6(Blocks.normalize(y, bn(), name + "depthwise_BN"), name + "depthwise_relu");
        y = Blocks.plain(filters, 1).padding(Padding.SAME).named(name + "project").apply(y);
        y = Blocks.normalize(y, bn(), name + "project_BN");
        return inputs == filters && stride == 1
                ? new Add().named(name + "add").apply(List.of(x, y))
                : y;
    }

    private static BatchNormalization bn() {
        return new BatchNormalization().momentum(.999);
    }
}
