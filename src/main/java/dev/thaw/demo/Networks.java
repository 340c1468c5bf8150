package dev.thaw.demo;

import static dev.thaw.layer.ActivationFunction.RELU;
import static dev.thaw.layer.ActivationFunction.SOFTMAX;

import dev.thaw.layer.BatchNormalization;
import dev.thaw.layer.Conv2D;
import dev.thaw.layer.Dense;
import dev.thaw.layer.DepthwiseConv2D;
import dev.thaw.layer.Dropout;
import dev.thaw.layer.Flatten;
import dev.thaw.layer.GlobalAveragePooling2D;
import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Padding;
import dev.thaw.layer.ReLU;
import dev.thaw.layer.Symbol;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;

/** The networks of the demonstration. */
final class Networks {
    private Networks() {}

    /**
     * Géron's net: 784, BN, 300, BN, 100, BN, 10 with 271,346 parameters, 2,368 of them moving
     * statistics.
     */
    static Sequential geron() {
        return new Sequential(
                        Input.of(784),
                        new BatchNormalization(),
                        new Dense(300, RELU),
                        new BatchNormalization(),
                        new Dense(100, RELU),
                        new BatchNormalization(),
                        new Dense(10, SOFTMAX))
                .named("geron");
    }

    /** A small depthwise-separable base: 28x28x1 in, 7x7x96 out. */
    static Model base() {
        Symbol x = Input.named("pixels", 28, 28, 1);
        Symbol y =
                new Conv2D(24, 3)
                        .strides(2)
                        .padding(Padding.SAME)
                        .useBias(false)
                        .named("stem")
                        .apply(x);
        y = normalized(y, "stem");
        y = separable(y, "block_1", 48, 2);
        y = separable(y, "block_2", 96, 1);
        y = new Dropout(.1).named("base_dropout").apply(y);
        return new Model(x, y).named("base");
    }

    private static Symbol separable(Symbol x, String name, int filters, int stride) {
        Symbol y =
                new DepthwiseConv2D(3)
                        .strides(stride)
                        .padding(Padding.SAME)
                        .useBias(false)
                        .named(name + "_depthwise")
                        .apply(x);
        y = normalized(y, name + "_depthwise");
        y = new Conv2D(filters, 1).useBias(false).named(name + "_project").apply(y);
        return normalized(y, name + "_project");
    }

    private static Symbol normalized(Symbol x, String name) {
        Symbol y = new BatchNormalization().named(name + "_bn").apply(x);
        return new ReLU().named(name + "_relu").apply(y);
    }

    /** The base with the head that it learns its own digits with. */
    static Model pretraining(Model base) {
        Symbol x = Input.named("image", 28, 28, 1);
        Symbol y = base.apply(x);
        y = new GlobalAveragePooling2D().named("pool").apply(y);
        return new Model(x, new Dense(5, SOFTMAX).named("first_head").apply(y))
                .named("pretraining");
    }

    /**
     * The base under a new head.
     *
     * @param baked the mode that the base is called in, or null to leave it to the caller
     */
    static Model transfer(Model base, Mode baked) {
        Symbol x = Input.named("image", 28, 28, 1);
        Symbol y = base.apply(x, baked);
        y = new Flatten().named("flatten").apply(y);
        y = new Dropout(.5).named("head_dropout").apply(y);
        y = new Dense(5, SOFTMAX).named("head").apply(y);
        return new Model(x, y).named("transfer");
    }
}
