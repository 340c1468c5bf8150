package dev.thaw.io.keras;

import dev.thaw.layer.BaseConv;
import dev.thaw.layer.BaseConvTranspose;
import dev.thaw.layer.BaseDepthwiseConv;
import dev.thaw.layer.BaseSeparableConv;
import dev.thaw.layer.Conv1D;
import dev.thaw.layer.Conv1DTranspose;
import dev.thaw.layer.Conv2D;
import dev.thaw.layer.Conv2DTranspose;
import dev.thaw.layer.Conv3D;
import dev.thaw.layer.Conv3DTranspose;
import dev.thaw.layer.ConvolutionLayer;
import dev.thaw.layer.DepthwiseConv1D;
import dev.thaw.layer.DepthwiseConv2D;
import dev.thaw.layer.Extents;
import dev.thaw.layer.Initializer;
import dev.thaw.layer.Layer;
import dev.thaw.layer.SeparableConv1D;
import dev.thaw.layer.SeparableConv2D;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Convolutions. */
final class ConvolutionLayers {
    private ConvolutionLayers() {}

    static void register(LayerTable t) {
        t.add("Conv1D", filters(Conv1D::new, ConvolutionLayers::plain));
        t.add("Conv2D", filters(Conv2D::new, ConvolutionLayers::plain));
        t.add("Conv3D", filters(Conv3D::new, ConvolutionLayers::plain));
        t.add("Conv1DTranspose", filters(Conv1DTranspose::new, ConvolutionLayers::transposed));
        t.add("Conv2DTranspose", filters(Conv2DTranspose::new, ConvolutionLayers::transposed));
        t.add("Conv3DTranspose", filters(Conv3DTranspose::new, ConvolutionLayers::transposed));
        t.add("SeparableConv1D", filters(SeparableConv1D::new, ConvolutionLayers::separable));
        t.add("SeparableConv2D", filters(SeparableConv2D::new, ConvolutionLayers::separable));
        t.add("DepthwiseConv1D", c -> depthwise(c, new DepthwiseConv1D(kernelSize(c))));
        t.add("DepthwiseConv2D", c -> depthwise(c, new DepthwiseConv2D(kernelSize(c))));
    }

    /** A layer that is made of filters and a kernel's size, and then has options of its own. */
    private static <L extends Layer> Function<Config, Layer> filters(
            BiFunction<Integer, Extents, L> make, BiFunction<Config, L, L> options) {
        return c -> options.apply(c, make.apply(c.integer("filters"), kernelSize(c)));
    }

    private static <L extends BaseConv<L>> L plain(Config c, L layer) {
        return common(c, layer)
                .groups(c.integer("groups", 1))
                .kernelInitializer(kernel(c, "kernel"))
                .kernelRegularizer(c.regularizer("kernel_regularizer"))
                .kernelConstraint(c.constraint("kernel_constraint"));
    }

    private static <L extends BaseConvTranspose<L>> L transposed(Config c, L layer) {
        List<Integer> padding = c.integers("output_padding");
        if (padding != null) {
            layer.outputPadding(new Extents(padding));
        }
        // Keras 2 wrote the groups that it has for all convolutions, and always 1 here
        if (c.integer("groups", 1) != 1) {
            throw c.refuse("groups", "must be 1", String.valueOf(c.integer("groups", 1)));
        }
        return common(c, layer)
                .kernelInitializer(kernel(c, "kernel"))
                .kernelRegularizer(c.regularizer("kernel_regularizer"))
                .kernelConstraint(c.constraint("kernel_constraint"));
    }

    private static <L extends BaseDepthwiseConv<L>> L depthwise(Config c, L layer) {
        // Keras 2 wrote these of the class above, and their defaults at that
        c.ignore("groups", "kernel_initializer");
        return common(c, layer)
                .depthMultiplier(c.integer("depth_multiplier", 1))
                .depthwiseInitializer(kernel(c, "depthwise"))
                .depthwiseRegularizer(c.regularizer("depthwise_regularizer"))
                .depthwiseConstraint(c.constraint("depthwise_constraint"));
    }

    private static <L extends BaseSeparableConv<L>> L separable(Config c, L layer) {
        c.ignore("groups", "kernel_initializer");
        return common(c, layer)
                .depthMultiplier(c.integer("depth_multiplier", 1))
                .depthwiseInitializer(kernel(c, "depthwise"))
                .depthwiseRegularizer(c.regularizer("depthwise_regularizer"))
                .depthwiseConstraint(c.constraint("depthwise_constraint"))
                .pointwiseInitializer(kernel(c, "pointwise"))
                .pointwiseRegularizer(c.regularizer("pointwise_regularizer"))
                .pointwiseConstraint(c.constraint("pointwise_constraint"));
    }

    private static <L extends ConvolutionLayer<L>> L common(Config c, L layer) {
        return layer.strides(extents(c, "strides"))
                .padding(c.padding("padding"))
                .dataFormat(c.dataFormat())
                .dilationRate(extents(c, "dilation_rate"))
                .activation(c.activation("activation"))
                .useBias(c.bool("use_bias", true))
                .biasInitializer(c.initializer("bias_initializer", Initializer.zeros()))
                .biasRegularizer(c.regularizer("bias_regularizer"))
                .biasConstraint(c.constraint("bias_constraint"));
    }

    private static Initializer kernel(Config c, String which) {
        return c.initializer(which + "_initializer", Initializer.glorotUniform());
    }

    private static Extents kernelSize(Config c) {
        return new Extents(c.need("kernel_size", c.integers("kernel_size")));
    }

    private static Extents extents(Config c, String key) {
        List<Integer> given = c.integers(key);
        return given == null ? Extents.of(1) : new Extents(given);
    }
}
