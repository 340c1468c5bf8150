package dev.thaw.io.keras;

import dev.thaw.layer.Conv2D;
import dev.thaw.layer.DepthwiseConv2D;
import dev.thaw.layer.Initializer;
import dev.thaw.layer.Size2D;

import java.util.List;

/** Convolutions. */
final class ConvolutionLayers {
    private ConvolutionLayers() {}

    static void register(LayerTable t) {
        t.add(
                "Conv2D",
                c ->
                        new Conv2D(c.integer("filters"), size(c, "kernel_size", 1))
                                .strides(size(c, "strides", 1))
                                .padding(c.channelsLast().padding("padding"))
                                .dilationRate(size(c, "dilation_rate", 1))
                                .groups(c.integer("groups", 1))
                                .activation(c.activation("activation"))
                                .useBias(c.bool("use_bias", true))
                                .kernelInitializer(
                                        c.initializer(
                                                "kernel_initializer", Initializer.glorotUniform()))
                                .kernelRegularizer(c.regularizer("kernel_regularizer"))
                                .biasInitializer(
                                        c.initializer("bias_initializer", Initializer.zeros()))
                                .biasRegularizer(c.regularizer("bias_regularizer")));
        t.add(
                "DepthwiseConv2D",
                c ->
                        new DepthwiseConv2D(size(c, "kernel_size", 1))
                                .strides(size(c, "strides", 1))
                                .padding(c.channelsLast().padding("padding"))
                                .dilationRate(size(c, "dilation_rate", 1))
                                .depthMultiplier(c.integer("depth_multiplier", 1))
                                .activation(c.activation("activation"))
                                .useBias(c.bool("use_bias", true))
                                .depthwiseInitializer(
                                        c.initializer(
                                                "depthwise_initializer",
                                                Initializer.glorotUniform()))
                                .depthwiseRegularizer(c.regularizer("depthwise_regularizer"))
                                .biasInitializer(
                                        c.initializer("bias_initializer", Initializer.zeros()))
                                .biasRegularizer(c.regularizer("bias_regularizer")));
    }

    private static Size2D size(Config c, String key, int otherwise) {
        List<Integer> s = c.integers(key, 2, otherwise);
        return new Size2D(s.get(0), s.get(1));
    }
}
