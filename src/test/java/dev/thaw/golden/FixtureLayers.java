package dev.thaw.golden;

import dev.thaw.io.keras.KerasJson;
import dev.thaw.io.keras.KerasLayers;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Weight;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes the layer of a fixture from Keras's arguments. */
public final class FixtureLayers {
    private FixtureLayers() {}

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
        Map<String, Object> config = new HashMap<>();
        fixture.config().forEach((key, text) -> config.put(key, value(text)));
        config.remove("seed"); // the streams of random numbers differ from Keras's anyway
        return KerasLayers.of(fixture.layer(), config);
    }

    /** Python's arguments: {@code True}, {@code 2}, {@code 1,2}, {@code 0,1;1,0}, {@code same}. */
    private static Object value(String text) {
        if (text.contains(";")) {
            return Arrays.stream(text.split(";")).map(FixtureLayers::value).toList();
        } else if (text.contains(",")) {
            return Arrays.stream(text.split(",")).map(FixtureLayers::value).toList();
        } else if (text.equals("True") || text.equals("False")) {
            return text.equals("True");
        } else if (text.matches("-?\\d+")) {
            return Integer.valueOf(text);
        }
        return text.matches("-?[\\d.]+(e-?\\d+)?") ? (Object) Double.valueOf(text) : text;
    }
}
