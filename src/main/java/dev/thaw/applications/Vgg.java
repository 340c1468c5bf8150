package dev.thaw.applications;

import dev.thaw.layer.Padding;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.pooling.MaxPooling2D;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.layer.weight.Initializer;

/** Simonyan and Zisserman (2014), after Keras's vgg16.py and vgg19.py. */
final class Vgg {
    private static final int[] FILTERS = {64, 128, 256, 512, 512};

    private Vgg() {}

    /** With so many convolutions in each of the five blocks. */
    static Architecture of(int... convolutions) {
        return (image, options) -> build(image, options, convolutions);
    }

    private static Symbol build(Symbol image, ApplicationOptions options, int[] convolutions) {
        Symbol x = image;
        for (int i = 0; i < FILTERS.length; i++) {
            String name = "block" + (i + 1);
            for (int k = 1; k <= convolutions[i]; k++) {
                x =
                        new Conv2D(FILTERS[i], 3)
                                .activation(ActivationFunction.RELU)
                                .padding(Padding.SAME)
                                .named("%s_conv%s".formatted(name, k))
                                .apply(x);
            }
            x = new MaxPooling2D(2).strides(2).named(name + "_pool").apply(x);
        }
        if (!options.includeTop()) {
            return Blocks.pool(x, options, null, null);
        }
        x = new Flatten().named("flatten").apply(x);
        x = new Dense(4096, ActivationFunction.RELU).named("fc1").apply(x);
        x = new Dense(4096, ActivationFunction.RELU).named("fc2").apply(x);
        return Blocks.predictions(x, options, Initializer.glorotUniform());
    }
}
