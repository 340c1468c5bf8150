package dev.thaw.gpucheck;

import dev.thaw.layer.Input;
import dev.thaw.layer.Padding;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.activation.ReLU;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.convolution.DepthwiseConv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.layer.pooling.MaxPooling2D;
import dev.thaw.model.Model;

import java.util.List;

/** The two networks whose training steps are timed: every weight trains. */
final class Networks {
    static final int CLASSES = 1000;

    /** MobileNetV2's stages: expansion, filters, blocks, stride of the first block. */
    private static final int[][] STAGES = {
        {1, 16, 1, 1},
        {6, 24, 2, 2},
        {6, 32, 3, 2},
        {6, 64, 4, 2},
        {6, 96, 3, 1},
        {6, 160, 3, 2},
        {6, 320, 1, 1}
    };

    /** ResNet-50's stages: filters within a block, blocks. */
    private static final int[][] BLOCKS = {{64, 3}, {128, 4}, {256, 6}, {512, 3}};

    private Networks() {}

    static Model of(String name, int size) {
        RandomSeed.set(7);
        return switch (name) {
            case "MobileNetV2" -> mobileNet(size);
            case "ResNet-50" -> resNet(size);
            default ->
                    throw new IllegalArgumentException(
                            "expects MobileNetV2 or ResNet-50, got '" + name + "'");
        };
    }

    static Model mobileNet(int size) {
        Symbol x = Input.of(size, size, 3);
        Symbol y = relu6(convolution(x, 32, 3, 2));
        int channels = 32;
        for (int[] stage : STAGES) {
            for (int i = 0; i < stage[2]; i++) {
                y = inverted(y, channels, stage[0], stage[1], i == 0 ? stage[3] : 1);
                channels = stage[1];
            }
        }
        return classified(x, relu6(convolution(y, 1280, 1, 1)));
    }

    private static Symbol inverted(Symbol x, int channels, int expansion, int filters, int stride) {
        int wide = channels * expansion;
        Symbol y = expansion == 1 ? x : relu6(convolution(x, wide, 1, 1));
        y = new DepthwiseConv2D(3).strides(stride).padding(Padding.SAME).useBias(false).apply(y);
        y = relu6(new BatchNormalization().apply(y));
        y = convolution(y, filters, 1, 1);
        return stride == 1 && channels == filters ? new Add().apply(List.of(x, y)) : y;
    }

    static Model resNet(int size) {
        Symbol x = Input.of(size, size, 3);
        Symbol y = relu(convolution(x, 64, 7, 2));
        y = new MaxPooling2D(3).strides(2).padding(Padding.SAME).apply(y);
        boolean first = true;
        for (int[] stage : BLOCKS) {
            for (int i = 0; i < stage[1]; i++) {
                y = bottleneck(y, stage[0], i == 0 && !first ? 2 : 1, i == 0);
            }
            first = false;
        }
        return classified(x, y);
    }

    private static Symbol bottleneck(Symbol x, int filters, int stride, boolean project) {
        Symbol shortcut = project ? convolution(x, 4 * filters, 1, stride) : x;
        Symbol y = relu(convolution(x, filters, 1, 1));
        y = relu(convolution(y, filters, 3, stride));
        y = convolution(y, 4 * filters, 1, 1);
        return relu(new Add().apply(List.of(y, shortcut)));
    }

    /** A convolution without bias, then batch normalization. */
    private static Symbol convolution(Symbol x, int filters, int size, int stride) {
        return new BatchNormalization()
                .apply(
                        new Conv2D(filters, size)
                                .strides(stride)
                                .padding(Padding.SAME)
                                .useBias(false)
                                .apply(x));
    }

    private static Symbol relu(Symbol x) {
        return new ReLU().apply(x);
    }

    private static Symbol relu6(Symbol x) {
        return new ReLU().maxValue(6).apply(x);
    }

    private static Model classified(Symbol x, Symbol features) {
        Symbol y = new GlobalAveragePooling2D().apply(features);
        return new Model(x, new Dense(CLASSES, ActivationFunction.SOFTMAX).apply(y));
    }
}
