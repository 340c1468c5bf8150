package dev.thaw.applications;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;

/**
 * What real Keras builds: {@code graphs.json.gz}, written by {@code
 * src/test/python/application_fixtures.py}, which describes the format.
 */
public final class Graphs {
    /** One operation of a model: a layer, or an operator such as {@code x + 3}. */
    public record Operation(
            String name,
            String type,
            Shape shape,
            long parameters,
            List<String> inbound,
            JsonNode config) {}

    /** One application under one set of options. */
    public record Case(
            String application,
            JsonNode options,
            String name,
            long parameters,
            long trainable,
            List<Operation> operations) {
        @Override
        public String toString() {
            return application + " " + options;
        }
    }

    /** What Keras refuses, and its message. */
    record Refusal(String application, JsonNode options, String why) {
        @Override
        public String toString() {
            return application + " " + options;
        }
    }

    private static final Map<String, ActivationFunction> ACTIVATIONS =
            Map.of("sigmoid", ActivationFunction.SIGMOID);

    private Graphs() {}

    /** All cases, in the order of the script. */
    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        JsonNode root = root();
        for (JsonNode c : root.get("cases")) {
            cases.add(read(c, root.get("configs")));
        }
        return cases;
    }

    static List<Refusal> refused() {
        List<Refusal> refused = new ArrayList<>();
        for (JsonNode r : root().get("refused")) {
            refused.add(
                    new Refusal(
                            r.get("application").textValue(),
                            r.get("options"),
                            r.get("why").textValue()));
        }
        return refused;
    }

    /** Two images of 2 x 3 pixels. */
    static Tensor pixels() {
        return images(root().get("pixels"));
    }

    /** The same, prepared by Keras in a mode. */
    static Tensor preprocessed(String mode) {
        return images(root().get("preprocessed").get(mode));
    }

    private static Tensor images(JsonNode numbers) {
        float[] values = new float[numbers.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers.get(i).floatValue();
        }
        return Tensor.of(values, 2, 2, 3, 3);
    }

    private static JsonNode root() {
        try (InputStream in =
                new GZIPInputStream(Graphs.class.getResourceAsStream("graphs.json.gz"))) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Case read(JsonNode c, JsonNode configs) {
        List<Operation> operations = new ArrayList<>();
        for (JsonNode o : c.get("operations")) {
            operations.add(
                    new Operation(
                            o.get(0).textValue(),
                            o.get(1).textValue(),
                            shape(o.get(2)),
                            o.get(3).longValue(),
                            StreamSupport.stream(o.get(4).spliterator(), false)
                                    .map(JsonNode::textValue)
                                    .toList(),
                            configs.get(o.get(5).intValue())));
        }
        return new Case(
                c.get("application").textValue(),
                c.get("options"),
                c.get("name").textValue(),
                c.get("parameters").longValue(),
                c.get("trainable").longValue(),
                operations);
    }

    static Shape shape(JsonNode extents) {
        int[] dims = new int[extents.size()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = extents.get(i).isNull() ? Shape.NONE : extents.get(i).intValue();
        }
        return Shape.of(dims);
    }

    /** Keras's arguments as options. */
    public static ApplicationOptions options(JsonNode arguments) {
        ApplicationOptions options = ApplicationOptions.DEFAULT;
        for (Map.Entry<String, JsonNode> e : arguments.properties()) {
            JsonNode v = e.getValue();
            options =
                    switch (e.getKey()) {
                        case "input_shape" -> options.withInputShape(shape(v).toArray());
                        case "include_top" -> options.withIncludeTop(v.booleanValue());
                        case "pooling" ->
                                options.withPooling(
                                        GlobalPooling.valueOf(v.textValue().toUpperCase()));
                        case "classes" -> options.withClasses(v.intValue());
                        case "classifier_activation" ->
                                options.withClassifierActivation(
                                        v.isNull()
                                                ? ActivationFunction.LINEAR
                                                : ACTIVATIONS.get(v.textValue()));
                        case "name" -> options.withName(v.textValue());
                        case "weights" -> options.forImagenetWeights();
                        case "alpha" -> options.withAlpha(v.doubleValue());
                        case "depth_multiplier" -> options.withDepthMultiplier(v.intValue());
                        case "dropout", "dropout_rate" -> options.withDropout(v.doubleValue());
                        case "minimalistic" -> options.withMinimalistic(v.booleanValue());
                        case "include_preprocessing" ->
                                options.withIncludePreprocessing(v.booleanValue());
                        default -> throw new IllegalArgumentException(e.getKey());
                    };
        }
        return options;
    }
}
