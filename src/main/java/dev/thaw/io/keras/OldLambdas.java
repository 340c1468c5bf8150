package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Functions of TensorFlow's by their public names, and what they are in Keras 3. */
final class OldLambdas {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Functions of two tensors or numbers, x and y. */
    private static final Map<String, String> TWO =
            Map.ofEntries(
                    Map.entry("math.add", "numpy.Add"),
                    Map.entry("__operators__.add", "numpy.Add"),
                    Map.entry("math.subtract", "numpy.Subtract"),
                    Map.entry("math.multiply", "numpy.Multiply"),
                    Map.entry("math.truediv", "numpy.TrueDivide"),
                    Map.entry("math.divide", "numpy.TrueDivide"),
                    Map.entry("math.pow", "numpy.Power"),
                    Map.entry("math.maximum", "numpy.Maximum"),
                    Map.entry("math.minimum", "numpy.Minimum"),
                    Map.entry("linalg.matmul", "numpy.Matmul"));

    /** Functions of one tensor without options. */
    private static final Map<String, String> ONE =
            Map.ofEntries(
                    Map.entry("identity", "numpy.Copy"),
                    Map.entry("stop_gradient", "core.StopGradient"),
                    Map.entry("math.abs", "numpy.Absolute"),
                    Map.entry("math.ceil", "numpy.Ceil"),
                    Map.entry("math.cos", "numpy.Cos"),
                    Map.entry("math.exp", "numpy.Exp"),
                    Map.entry("math.floor", "numpy.Floor"),
                    Map.entry("math.log", "numpy.Log"),
                    Map.entry("math.negative", "numpy.Negative"),
                    Map.entry("math.reciprocal", "numpy.Reciprocal"),
                    Map.entry("math.rsqrt", "math.Rsqrt"),
                    Map.entry("math.sigmoid", "nn.Sigmoid"),
                    Map.entry("math.sign", "numpy.Sign"),
                    Map.entry("math.sin", "numpy.Sin"),
                    Map.entry("math.softplus", "nn.Softplus"),
                    Map.entry("math.sqrt", "numpy.Sqrt"),
                    Map.entry("math.square", "numpy.Square"),
                    Map.entry("math.tanh", "numpy.Tanh"),
                    Map.entry("nn.elu", "nn.Elu"),
                    Map.entry("nn.relu", "nn.Relu"),
                    Map.entry("nn.relu6", "nn.Relu6"),
                    Map.entry("nn.selu", "nn.Selu"),
                    Map.entry("nn.silu", "nn.Silu"),
                    Map.entry("nn.softsign", "nn.Softsign"));

    /** Functions over axes. */
    private static final Map<String, String> OVER_AXES =
            Map.of(
                    "math.reduce_mean", "numpy.Mean",
                    "math.reduce_sum", "numpy.Sum",
                    "math.reduce_max", "numpy.Max",
                    "math.reduce_min", "numpy.Min",
                    "math.reduce_std", "numpy.Std",
                    "math.reduce_variance", "numpy.Var",
                    "math.reduce_logsumexp", "math.Logsumexp");

    private final Map<String, JsonNode> options;
    private final Set<String> used = new HashSet<>();

    private OldLambdas(Map<String, JsonNode> options) {
        this.options = options;
    }

    /**
     * The operator that does the same; null where there is none, or where an option has no place.
     *
     * @param first the first argument, a tensor, a constant or a list
     * @param options all others by name
     */
    static NewOperator operator(JsonNode config, JsonNode first, Map<String, JsonNode> options) {
        OldLambdas l = new OldLambdas(new HashMap<>(options));
        String function = config.path("function").asText();
        NewOperator made = l.operator(function.replaceFirst("^compat\\.v[12]\\.", ""), first);
        return l.used.containsAll(options.keySet()) ? made : null;
    }

    private JsonNode option(String name) {
        used.add(name);
        return options.get(name);
    }

    /** An option, or what TensorFlow takes where it is not given. */
    private JsonNode option(String name, JsonNode otherwise) {
        JsonNode given = option(name);
        return given == null ? otherwise : given;
    }

    private NewOperator operator(String function, JsonNode first) {
        if (TWO.containsKey(function)) {
            JsonNode y = option(function.equals("linalg.matmul") ? "b" : "y");
            return y == null ? null : NewOperator.of(TWO.get(function)).arg(first).arg(y);
        } else if (ONE.containsKey(function)) {
            return NewOperator.of(ONE.get(function)).arg(first);
        } else if (OVER_AXES.containsKey(function)) {
            return NewOperator.of(OVER_AXES.get(function))
                    .arg(first)
                    .with("axis", option("axis", JSON.nullNode()))
                    .with("keepdims", option("keepdims", JSON.booleanNode(false)));
        }
        return switch (function) {
            case "__operators__.getitem" -> subscript(first);
            case "nn.bias_add" -> bias(first);
            case "nn.softmax", "nn.log_softmax" ->
                    NewOperator.of(function.equals("nn.softmax") ? "nn.Softmax" : "nn.LogSoftmax")
                            .arg(first)
                            .with("axis", option("axis", JSON.numberNode(-1)));
            case "nn.gelu" ->
                    NewOperator.of("nn.Gelu")
                            .arg(first)
                            .with("approximate", option("approximate", JSON.booleanNode(false)));
            case "nn.leaky_relu" ->
                    NewOperator.of("nn.LeakyRelu")
                            .arg(first)
                            .with("negative_slope", option("alpha", JSON.numberNode(.2)));
            case "clip_by_value" ->
                    NewOperator.of("numpy.Clip")
                            .arg(first)
                            .with("x_min", option("clip_value_min"))
                            .with("x_max", option("clip_value_max"));
            case "math.l2_normalize", "linalg.l2_normalize", "nn.l2_normalize" -> normalize(first);
            case "cast" -> NewOperator.of("core.Cast").arg(first).with("dtype", option("dtype"));
            case "reshape" ->
                    NewOperator.of("numpy.Reshape").arg(first).with("newshape", option("shape"));
            case "transpose" ->
                    NewOperator.of("numpy.Transpose")
                            .arg(first)
                            .with("axes", option("perm", JSON.nullNode()));
            case "expand_dims" ->
                    NewOperator.of("numpy.ExpandDims").arg(first).with("axis", option("axis"));
            case "squeeze" ->
                    NewOperator.of("numpy.Squeeze")
                            .arg(first)
                            .with("axis", option("axis", JSON.nullNode()));
            case "concat" ->
                    NewOperator.of("numpy.Concatenate").list(first).with("axis", option("axis"));
            case "stack" ->
                    NewOperator.of("numpy.Stack")
                            .list(first)
                            .with("axis", option("axis", JSON.numberNode(0)));
            case "image.resize" -> resize(first);
            default -> null;
        };
    }

    private NewOperator bias(JsonNode first) {
        JsonNode format = option("data_format", JSON.textNode("NHWC"));
        JsonNode bias = option("bias");
        return format.asText().startsWith("NC") || bias == null
                ? null
                : NewOperator.of("numpy.Add").arg(first).arg(bias);
    }

    /** x / max(|x|, e): TensorFlow has the square of e, Keras 3 has e. */
    private NewOperator normalize(JsonNode first) {
        double epsilon = option("epsilon", JSON.numberNode(1e-12)).asDouble();
        JsonNode axis = option("axis");
        return axis == null
                ? null
                : NewOperator.of("nn.Normalize")
                        .arg(first)
                        .with("axis", axis)
                        .with("order", JSON.numberNode(2))
                        .with("epsilon", Math.sqrt(epsilon));
    }

    private NewOperator resize(JsonNode first) {
        return NewOperator.of("image.Resize")
                .arg(first)
                .with("size", option("size"))
                .with("interpolation", option("method", JSON.textNode("bilinear")))
                .with("antialias", option("antialias", JSON.booleanNode(false)));
    }

    private NewOperator subscript(JsonNode first) {
        JsonNode spec = option("slice_spec");
        if (spec == null) {
            return null;
        }
        ArrayNode key = JSON.arrayNode();
        for (JsonNode s : spec.isArray() ? spec : JSON.arrayNode().add(spec)) {
            if (s.isObject() && !s.has("class_name")) {
                ObjectNode slice = key.addObject();
                slice.put("class_name", "__slice__");
                ObjectNode bounds = slice.putObject("config");
                for (String bound : List.of("start", "stop", "step")) {
                    bounds.set(bound, s.path(bound).isMissingNode() ? null : s.get(bound));
                }
            } else {
                key.add(s);
            }
        }
        return NewOperator.of("numpy.GetItem").arg(first).list(key);
    }
}
