package dev.thaw.applications;

import dev.thaw.layer.Layer;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.Activation;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.activation.ReLU;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.layer.pooling.GlobalMaxPooling2D;
import dev.thaw.layer.reshaping.ZeroPadding2D;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.tensor.Shape;

/** What several architectures are built from. A null name leaves the layer its automatic one. */
final class Blocks {
    private Blocks() {}

    static Symbol call(Layer layer, String name, Symbol x) {
        return (name == null ? layer : layer.named(name)).apply(x);
    }

    static Symbol normalize(Symbol x, BatchNormalization bn, String name) {
        return call(bn, name, x);
    }

    static Symbol relu(Symbol x, String name) {
        return activate(x, ActivationFunction.RELU, name);
    }

    static Symbol activate(Symbol x, ActivationFunction function, String name) {
        return call(new Activation(function), name, x);
    }

    static Symbol relu6(Symbol x, String name) {
        return call(new ReLU().maxValue(6), name, x);
    }

    /** A convolution without a bias, as before every batch normalization. */
    static Conv2D plain(int filters, int kernelSize) {
        return new Conv2D(filters, kernelSize).useBias(false);
    }

    static Symbol pad(Symbol x, int cells, String name) {
        return call(new ZeroPadding2D(cells), name, x);
    }

    /**
     * Pads for a window of this odd side with stride 2, so that an even extent is treated as by
     * TensorFlow's SAME: {@code imagenet_utils.correct_pad}.
     */
    static Symbol correctPad(Symbol x, int kernelSize, String name) {
        int after = kernelSize / 2;
        return call(
                new ZeroPadding2D(
                        after - adjustment(x.shape().dim(1)),
                        after,
                        after - adjustment(x.shape().dim(2)),
                        after),
                name,
                x);
    }

    private static int adjustment(int extent) {
        return extent == Shape.NONE || extent % 2 == 0 ? 1 : 0;
    }

    /** Rounds a count of filters to a multiple of 8, but not by more than a tenth downwards. */
    static int divisible(double filters) {
        int rounded = Math.max(8, (int) (filters + 4) / 8 * 8);
        return rounded < .9 * filters ? rounded + 8 : rounded;
    }

    static int channels(Symbol x) {
        return x.shape().last();
    }

    static Symbol average(Symbol x, String name) {
        return call(new GlobalAveragePooling2D(), name, x);
    }

    /** The end of a model without a top. */
    static Symbol pool(Symbol x, ApplicationOptions options, String average, String max) {
        return switch (options.pooling()) {
            case NONE -> x;
            case AVG -> average(x, average);
            case MAX -> call(new GlobalMaxPooling2D(), max, x);
        };
    }

    static Symbol predictions(Symbol x, ApplicationOptions options, Initializer kernel) {
        Dense dense =
                new Dense(options.classes())
                        .activation(options.classifierActivation())
                        .kernelInitializer(kernel);
        return dense.named("predictions").apply(x);
    }

    /** Averaging and a dense layer, or the pooling that is asked for. */
    static Symbol head(
            Symbol x, ApplicationOptions options, String topAverage, String average, String max) {
        return options.includeTop()
                ? predictions(average(x, topAverage), options, Initializer.glorotUniform())
                : pool(x, options, average, max);
    }
}
