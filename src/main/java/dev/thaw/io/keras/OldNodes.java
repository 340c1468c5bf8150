package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Map;

/**
 * Nodes of TensorFlow's graph, which its Keras 2.0 to 2.3 kept among the layers, and what they are
 * in Keras 3. Their inputs are the tensors of the call with constants put in between.
 */
final class OldNodes {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Operations of the same inputs and no attributes. */
    private static final Map<String, String> SAME =
            Map.ofEntries(
                    Map.entry("Abs", "numpy.Absolute"),
                    Map.entry("Add", "numpy.Add"),
                    Map.entry("AddV2", "numpy.Add"),
                    Map.entry("Ceil", "numpy.Ceil"),
                    Map.entry("Cos", "numpy.Cos"),
                    Map.entry("Div", "numpy.TrueDivide"),
                    Map.entry("Elu", "nn.Elu"),
                    Map.entry("Exp", "numpy.Exp"),
                    Map.entry("Floor", "numpy.Floor"),
                    Map.entry("Identity", "numpy.Copy"),
                    Map.entry("Log", "numpy.Log"),
                    Map.entry("Maximum", "numpy.Maximum"),
                    Map.entry("Minimum", "numpy.Minimum"),
                    Map.entry("Mul", "numpy.Multiply"),
                    Map.entry("Neg", "numpy.Negative"),
                    Map.entry("Pow", "numpy.Power"),
                    Map.entry("RealDiv", "numpy.TrueDivide"),
                    Map.entry("Relu", "nn.Relu"),
                    Map.entry("Relu6", "nn.Relu6"),
                    Map.entry("Rsqrt", "math.Rsqrt"),
                    Map.entry("Selu", "nn.Selu"),
                    Map.entry("Sigmoid", "nn.Sigmoid"),
                    Map.entry("Sign", "numpy.Sign"),
                    Map.entry("Sin", "numpy.Sin"),
                    Map.entry("Softplus", "nn.Softplus"),
                    Map.entry("Softsign", "nn.Softsign"),
                    Map.entry("Sqrt", "numpy.Sqrt"),
                    Map.entry("Square", "numpy.Square"),
                    Map.entry("StopGradient", "core.StopGradient"),
                    Map.entry("Sub", "numpy.Subtract"),
                    Map.entry("Tanh", "numpy.Tanh"));

    /** Operations with their axes as the second input. */
    private static final Map<String, String> OVER_AXES =
            Map.of(
                    "Max", "numpy.Max",
                    "Mean", "numpy.Mean",
                    "Min", "numpy.Min",
                    "Sum", "numpy.Sum");

    private OldNodes() {}

    /** The operator that does the same; null where there is none. */
    static NewOperator operator(JsonNode config, ArrayNode tensors) {
        NodeDef node = NodeDef.of(config.path("node_def"));
        ArrayNode inputs = inputs(config.path("constants"), tensors);
        if (inputs.isEmpty()) {
            return null;
        }
        JsonNode x = inputs.get(0);
        JsonNode second = inputs.path(1);
        if (SAME.containsKey(node.op())) {
            NewOperator same = NewOperator.of(SAME.get(node.op()));
            inputs.forEach(same::arg);
            return same;
        } else if (OVER_AXES.containsKey(node.op())) {
            return NewOperator.of(OVER_AXES.get(node.op()))
                    .arg(x)
                    .with("axis", second)
                    .with("keepdims", node.flag("keep_dims"));
        }
        return switch (node.op()) {
            case "BiasAdd" ->
                    node.text("data_format").startsWith("NC")
                            ? null
                            : NewOperator.of("numpy.Add").arg(x).arg(second);
            case "Softmax" -> NewOperator.of("nn.Softmax").arg(x).with("axis", JSON.numberNode(-1));
            case "LeakyRelu" ->
                    NewOperator.of("nn.LeakyRelu")
                            .arg(x)
                            .with("negative_slope", (float) node.number("alpha"));
            case "Cast" ->
                    node.text("DstT").equals("DT_FLOAT")
                            ? NewOperator.of("core.Cast").arg(x).with("dtype", "float32")
                            : null;
            case "Reshape" -> NewOperator.of("numpy.Reshape").arg(x).with("newshape", second);
            case "Transpose" -> NewOperator.of("numpy.Transpose").arg(x).with("axes", second);
            case "ExpandDims" -> NewOperator.of("numpy.ExpandDims").arg(x).with("axis", second);
            case "Squeeze" -> NewOperator.of("numpy.Squeeze").arg(x).with("axis", squeezed(node));
            case "ConcatV2" -> joined(inputs);
            case "StridedSlice" ->
                    inputs.size() == 4
                            ? NewOperator.of("numpy.GetItem").arg(x).list(subscript(node, inputs))
                            : null;
            default -> null;
        };
    }

    private static ArrayNode inputs(JsonNode constants, ArrayNode tensors) {
        ArrayNode all = JSON.arrayNode();
        int next = 0;
        int count = tensors.size() + constants.size();
        for (int i = 0; i < count; i++) {
            JsonNode constant = constants.path(String.valueOf(i));
            if (!constant.isMissingNode()) {
                all.add(constant);
            } else if (next < tensors.size()) {
                all.add(tensors.get(next++));
            }
        }
        return all;
    }

    private static JsonNode squeezed(NodeDef node) {
        List<Integer> axes = node.lists().getOrDefault("squeeze_dims", List.of());
        if (axes.isEmpty()) {
            return JSON.nullNode();
        }
        ArrayNode all = JSON.arrayNode();
        axes.forEach(all::add);
        return all;
    }

    private static NewOperator joined(ArrayNode inputs) {
        ArrayNode parts = inputs.deepCopy();
        JsonNode axis = parts.remove(parts.size() - 1);
        return NewOperator.of("numpy.Concatenate").list(parts).with("axis", axis);
    }

    /** A bit of each mask says what the entry of its number is. */
    private static ArrayNode subscript(NodeDef node, ArrayNode inputs) {
        JsonNode begin = inputs.get(1);
        ArrayNode key = JSON.arrayNode();
        for (int i = 0; i < begin.size(); i++) {
            if (bit(node, "ellipsis_mask", i)) {
                key.addObject().put("class_name", "__ellipsis__").putObject("config");
            } else if (bit(node, "new_axis_mask", i)) {
                key.addNull();
            } else if (bit(node, "shrink_axis_mask", i)) {
                key.add(begin.get(i));
            } else {
                ObjectNode slice = key.addObject();
                slice.put("class_name", "__slice__");
                ObjectNode bounds = slice.putObject("config");
                bounds.set("start", bit(node, "begin_mask", i) ? null : begin.get(i));
                bounds.set("stop", bit(node, "end_mask", i) ? null : inputs.get(2).path(i));
                bounds.set("step", inputs.get(3).path(i));
            }
        }
        return key;
    }

    private static boolean bit(NodeDef node, String mask, int i) {
        return ((int) node.number(mask) >> i & 1) == 1;
    }
}
