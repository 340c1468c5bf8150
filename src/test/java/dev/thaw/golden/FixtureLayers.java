package dev.thaw.golden;

import dev.thaw.io.keras.KerasJson;
import dev.thaw.io.keras.KerasLayers;
import dev.thaw.layer.Activation;
import dev.thaw.layer.ActivationFunction;
import dev.thaw.layer.Add;
import dev.thaw.layer.AlphaDropout;
import dev.thaw.layer.Average;
import dev.thaw.layer.AveragePooling2D;
import dev.thaw.layer.BatchNormalization;
import dev.thaw.layer.BatchNormalizationConfig;
import dev.thaw.layer.Concatenate;
import dev.thaw.layer.Conv2D;
import dev.thaw.layer.Dense;
import dev.thaw.layer.DepthwiseConv2D;
import dev.thaw.layer.Dropout;
import dev.thaw.layer.ELU;
import dev.thaw.layer.Extents;
import dev.thaw.layer.Flatten;
import dev.thaw.layer.GaussianDropout;
import dev.thaw.layer.GaussianNoise;
import dev.thaw.layer.GlobalAveragePooling2D;
import dev.thaw.layer.GlobalMaxPooling2D;
import dev.thaw.layer.Layer;
import dev.thaw.layer.LayerNormalization;
import dev.thaw.layer.LeakyReLU;
import dev.thaw.layer.Margins;
import dev.thaw.layer.MaxPooling2D;
import dev.thaw.layer.Maximum;
import dev.thaw.layer.Minimum;
import dev.thaw.layer.Multiply;
import dev.thaw.layer.Padding;
import dev.thaw.layer.ReLU;
import dev.thaw.layer.Rescaling;
import dev.thaw.layer.Reshape;
import dev.thaw.layer.SeparableConv2D;
import dev.thaw.layer.Softmax;
import dev.thaw.layer.SpatialDropout1D;
import dev.thaw.layer.SpatialDropout2D;
import dev.thaw.layer.Subtract;
import dev.thaw.layer.Weight;
import dev.thaw.layer.ZeroPadding2D;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Makes the layer of a fixture from Keras's arguments. */
public final class FixtureLayers {
    private final Map<String, String> open;

    private FixtureLayers(Map<String, String> config) {
        open = new HashMap<>(config);
    }

    /** The fixture's layer, built for its inputs and holding its weights. */
    public static Layer of(LayerFixtures.Case fixture) {
        Layer layer =
                fixture.json()
                        .map(json -> fromJson(fixture.layer(), json))
                        .orElseGet(() -> fromArguments(fixture));
        List<Shape> shapes = fixture.inputs().stream().map(Tensor::shape).toList();
        layer.outputShapes(shapes);
        layer.build(shapes);
        layer.setWeights(typed(layer, List.copyOf(fixture.weights().values())));
        return layer;
    }

    private static Layer fromJson(String className, String json) {
        return className.isEmpty() ? KerasJson.read(json) : KerasLayers.read(className, json);
    }

    /** The values of all weights, in the types that the weights have. */
    static List<Tensor> typed(Layer layer, List<Tensor> values) {
        List<Tensor> typed = new ArrayList<>();
        for (Weight w : layer.weights()) {
            Tensor v = values.get(typed.size());
            boolean counts = w.variable().dtype() == DType.INT64;
            typed.add(counts ? Tensor.scalar((long) v.item()) : v);
        }
        return typed;
    }

    private static Layer fromArguments(LayerFixtures.Case fixture) {
        FixtureLayers arguments = new FixtureLayers(fixture.config());
        Layer layer = arguments.make(fixture.layer());
        arguments.with("trainable", v -> layer.setTrainable(v.equals("True")));
        if (!arguments.open.isEmpty()) {
            throw new IllegalStateException(
                    fixture + ": arguments not understood: " + arguments.open);
        }
        return layer;
    }

    private Layer make(String layer) {
        return switch (layer) {
            case "Dense" -> dense();
            case "Conv2D" -> conv2d();
            case "DepthwiseConv2D" -> depthwise();
            case "SeparableConv2D" -> separable();
            case "BatchNormalization" -> batchNormalization();
            case "LayerNormalization" -> layerNormalization();
            case "MaxPooling2D" -> maxPooling();
            case "AveragePooling2D" -> averagePooling();
            case "GlobalAveragePooling2D" ->
                    new GlobalAveragePooling2D().keepdims(open.remove("keepdims") != null);
            case "GlobalMaxPooling2D" ->
                    new GlobalMaxPooling2D().keepdims(open.remove("keepdims") != null);
            case "Flatten" -> new Flatten();
            case "Reshape" -> new Reshape(ints(open.remove("target_shape")));
            case "ZeroPadding2D" -> zeroPadding();
            case "Rescaling" -> rescaling();
            case "Add" -> new Add();
            case "Subtract" -> new Subtract();
            case "Multiply" -> new Multiply();
            case "Average" -> new Average();
            case "Maximum" -> new Maximum();
            case "Minimum" -> new Minimum();
            case "Concatenate" -> new Concatenate(axis());
            case "Activation" -> new Activation(ActivationFunction.of(open.remove("activation")));
            case "ReLU" -> relu();
            case "LeakyReLU" ->
                    open.containsKey("negative_slope")
                            ? new LeakyReLU(number("negative_slope"))
                            : new LeakyReLU();
            case "ELU" -> open.containsKey("alpha") ? new ELU(number("alpha")) : new ELU();
            case "Softmax" -> new Softmax(axis());
            default -> random(layer);
        };
    }

    private Layer random(String layer) {
        open.remove("seed"); // the streams of random numbers differ from Keras's anyway
        return switch (layer) {
            case "Dropout" -> dropout();
            case "SpatialDropout1D" -> new SpatialDropout1D(number("rate"));
            case "SpatialDropout2D" -> new SpatialDropout2D(number("rate"));
            case "GaussianDropout" -> new GaussianDropout(number("rate"));
            case "GaussianNoise" -> new GaussianNoise(number("stddev"));
            case "AlphaDropout" -> new AlphaDropout(number("rate"));
            default -> throw new IllegalStateException("no such layer here: " + layer);
        };
    }

    private void with(String key, Consumer<String> use) {
        String value = open.remove(key);
        if (value != null) {
            use.accept(value);
        }
    }

    private double number(String key) {
        return Double.parseDouble(open.remove(key));
    }

    private int integer(String key) {
        return Integer.parseInt(open.remove(key));
    }

    private int axis() {
        return open.containsKey("axis") ? integer("axis") : -1;
    }

    private static int[] ints(String list) {
        return Arrays.stream(list.split(",")).mapToInt(Integer::parseInt).toArray();
    }

    private static double[] doubles(String list) {
        return Arrays.stream(list.split(",")).mapToDouble(Double::parseDouble).toArray();
    }

    private static Extents size(String one) {
        int[] n = ints(one);
        return n.length == 1 ? Extents.of(n[0]) : Extents.of(n[0], n[1]);
    }

    private static Padding padding(String word) {
        return Padding.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private Dense dense() {
        Dense layer = new Dense(integer("units"));
        with("activation", v -> layer.activation(ActivationFunction.of(v)));
        with("use_bias", v -> layer.useBias(v.equals("True")));
        return layer;
    }

    private Conv2D conv2d() {
        Conv2D layer = new Conv2D(integer("filters"), size(open.remove("kernel_size")));
        with("strides", v -> layer.strides(size(v)));
        with("padding", v -> layer.padding(padding(v)));
        with("dilation_rate", v -> layer.dilationRate(size(v)));
        with("groups", v -> layer.groups(Integer.parseInt(v)));
        with("activation", v -> layer.activation(ActivationFunction.of(v)));
        with("use_bias", v -> layer.useBias(v.equals("True")));
        return layer;
    }

    private DepthwiseConv2D depthwise() {
        DepthwiseConv2D layer = new DepthwiseConv2D(size(open.remove("kernel_size")));
        with("strides", v -> layer.strides(size(v)));
        with("padding", v -> layer.padding(padding(v)));
        with("dilation_rate", v -> layer.dilationRate(size(v)));
        with("depth_multiplier", v -> layer.depthMultiplier(Integer.parseInt(v)));
        with("activation", v -> layer.activation(ActivationFunction.of(v)));
        with("use_bias", v -> layer.useBias(v.equals("True")));
        return layer;
    }

    private SeparableConv2D separable() {
        SeparableConv2D layer =
                new SeparableConv2D(integer("filters"), size(open.remove("kernel_size")));
        with("strides", v -> layer.strides(size(v)));
        with("padding", v -> layer.padding(padding(v)));
        with("dilation_rate", v -> layer.dilationRate(size(v)));
        with("depth_multiplier", v -> layer.depthMultiplier(Integer.parseInt(v)));
        with("activation", v -> layer.activation(ActivationFunction.of(v)));
        with("use_bias", v -> layer.useBias(v.equals("True")));
        return layer;
    }

    private BatchNormalization batchNormalization() {
        BatchNormalizationConfig config =
                BatchNormalizationConfig.DEFAULT
                        .withAxis(axis())
                        .withCenter(open.remove("center") == null)
                        .withScale(open.remove("scale") == null);
        if (open.containsKey("momentum")) {
            config = config.withMomentum(number("momentum"));
        }
        if (open.containsKey("epsilon")) {
            config = config.withEpsilon(number("epsilon"));
        }
        return new BatchNormalization(config);
    }

    private LayerNormalization layerNormalization() {
        LayerNormalization layer = new LayerNormalization();
        with("axis", v -> layer.axis(ints(v)));
        with("epsilon", v -> layer.epsilon(Double.parseDouble(v)));
        with("center", v -> layer.center(v.equals("True")));
        with("scale", v -> layer.scale(v.equals("True")));
        return layer;
    }

    private MaxPooling2D maxPooling() {
        MaxPooling2D layer = new MaxPooling2D(size(open.remove("pool_size")));
        with("strides", v -> layer.strides(size(v)));
        with("padding", v -> layer.padding(padding(v)));
        return layer;
    }

    private AveragePooling2D averagePooling() {
        AveragePooling2D layer = new AveragePooling2D(size(open.remove("pool_size")));
        with("strides", v -> layer.strides(size(v)));
        with("padding", v -> layer.padding(padding(v)));
        return layer;
    }

    private ZeroPadding2D zeroPadding() {
        String[] axes = open.remove("padding").split(";");
        int[] first = ints(axes[0]);
        if (axes.length == 2) {
            int[] columns = ints(axes[1]);
            return new ZeroPadding2D(new Margins(first[0], first[1], columns[0], columns[1]));
        }
        return first.length == 1
                ? new ZeroPadding2D(first[0])
                : new ZeroPadding2D(first[0], first[1]);
    }

    private Rescaling rescaling() {
        double[] scale = doubles(open.remove("scale"));
        double[] offset = doubles(open.remove("offset"));
        return scale.length == 1
                ? new Rescaling(scale[0], offset[0])
                : new Rescaling(scale, offset);
    }

    private ReLU relu() {
        ReLU layer = new ReLU();
        with("max_value", v -> layer.maxValue(Double.parseDouble(v)));
        with("negative_slope", v -> layer.negativeSlope(Double.parseDouble(v)));
        return layer;
    }

    private Dropout dropout() {
        Dropout layer = new Dropout(number("rate"));
        with("noise_shape", v -> layer.noiseShape(Shape.of(ints(v))));
        return layer;
    }
}
