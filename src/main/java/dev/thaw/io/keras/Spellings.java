package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.config.ConfigException;
import dev.thaw.file.Printable;
import dev.thaw.train.optimizer.Optimizer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns what older releases of Keras wrote, and what means nothing here, into the words of Keras 3:
 * one pass over the JSON, in front of everybody who reads it.
 */
final class Spellings {
    private static final Logger LOG = LoggerFactory.getLogger(Spellings.class);
    private static final String CUSTOM = "Custom>";

    private static final Set<String> ONE_CHANNEL =
            Set.of("DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D");

    /** Classes of TensorFlow 1.13 to 2.0 that had the number of the API behind their names. */
    private static final Pattern NUMBERED =
            Pattern.compile(
                    "((?:Batch|Layer)Normalization|(?:Glorot|He|Lecun|Random|Truncated)(?:Normal|Uniform)|Zeros|Ones|Constant|VarianceScaling|Orthogonal|Identity)V[12]");

    private static final Set<String> OPTIMIZERS = Optimizer.KNOWN.names(Optimizer.class);

    private final Set<String> types = new TreeSet<>();

    private Spellings() {}

    /**
     * Rewrites an object and all inside.
     *
     * @param where its place, for messages
     */
    static void renew(String where, JsonNode node) {
        Spellings s = new Spellings();
        s.walk(where, node);
        if (!s.types.isEmpty()) {
            LOG.warn(
                    "{}: has layers of {}; they compute in float32 here",
                    where,
                    Printable.of(s.types.toString()));
        }
    }

    /** What Keras 3 calls a class. */
    static String className(String name) {
        Matcher numbered = NUMBERED.matcher(name);
        return numbered.matches() ? numbered.group(1) : name;
    }

    private void walk(String where, JsonNode node) {
        if (node instanceof ObjectNode o && o.path("class_name").isTextual()) {
            String own = className(node.path("class_name").asText());
            o.put("class_name", own);
            // an optimizer of Keras's that TensorFlow's Keras 2.11 to 2.15 registered
            if (own.startsWith(CUSTOM) && OPTIMIZERS.contains(own.substring(CUSTOM.length()))) {
                o.put("class_name", own.substring(CUSTOM.length()));
            }
        }
        if (node.isObject() && node.path("config") instanceof ObjectNode config) {
            String className = node.path("class_name").asText();
            // what type an operator is given is what it does
            boolean argument = OperatorJson.isOperator(node) && config.path("dtype").isTextual();
            if (!className.startsWith("__") && !argument) {
                rewrite(where, className, config);
            }
        }
        if (node.isObject()) {
            node.properties().forEach(e -> walk(where + "." + e.getKey(), e.getValue()));
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                walk(where + "[" + i + "]", node.get(i));
            }
        }
    }

    private void rewrite(String where, String className, ObjectNode config) {
        if (!className.equals("InputLayer") && !ModelReader.isModel(className)) {
            dtype(where, config);
            // what a layer remembers of its input; batch_input_shape stays, as a Sequential has its
            // input from there
            config.remove(List.of("batch_shape", "input_shape"));
        }
        if (className.equals("Nadam")) {
            // the decay of its momentum's schedule, which Keras 3 has fixed; Keras 2 called it both
            config.remove(List.of("decay", "schedule_decay"));
        }
        if (OPTIMIZERS.contains(className)) {
            rename(config, "lr", "learning_rate");
            config.remove(List.of("jit_compile", "is_legacy_optimizer"));
            decay(config);
        }
        if (ONE_CHANNEL.contains(className)) {
            // written of the class above, and its defaults at that
            config.remove(List.of("groups", "kernel_initializer", "kernel_regularizer"));
        }
        switch (className) {
            case "BatchNormalization" -> {
                config.remove("fused"); // only how it is computed
                if (config.path("axis").isArray() && config.path("axis").size() == 1) {
                    config.set("axis", config.path("axis").get(0));
                }
            }
            case "LeakyReLU" -> rename(config, "alpha", "negative_slope");
            case "Embedding" -> config.remove("input_length"); // only checked
            case "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose" -> {
                if (config.path("groups").asInt(1) == 1) {
                    config.remove("groups"); // which no other number may be
                }
            }
            case "VarianceScaling" -> {
                if (config.path("distribution").asText().equals("normal")) {
                    config.put("distribution", "truncated_normal");
                }
            }
            default -> {
                if (className.endsWith("Initializer") || config.has("seed")) {
                    // which the weight's shape says
                    config.remove(List.of("input_axes", "output_axes"));
                }
            }
        }
    }

    /** Keras 2's decay d of a rate: rate / (1 + d step). */
    private static void decay(ObjectNode config) {
        JsonNode decay = config.path("decay");
        JsonNode rate = config.path("learning_rate");
        if (decay.isNumber() && decay.asDouble() == 0) {
            config.remove("decay");
        } else if (decay.isNumber() && rate.isNumber()) {
            config.remove("decay");
            ObjectNode schedule = config.putObject("learning_rate");
            schedule.put("class_name", "InverseTimeDecay");
            schedule.putObject("config")
                    .put("initial_learning_rate", rate.asDouble())
                    .put("decay_steps", 1)
                    .put("decay_rate", decay.asDouble());
        }
    }

    private static void rename(ObjectNode config, String old, String now) {
        JsonNode value = config.remove(old);
        if (value != null && !config.hasNonNull(now)) {
            config.set(now, value);
        }
    }

    /** A type by name, or a policy object with one. */
    private void dtype(String where, ObjectNode config) {
        JsonNode dtype = config.remove("dtype");
        if (dtype == null || dtype.isNull()) {
            return;
        }
        String name =
                dtype.isObject() ? dtype.path("config").path("name").asText() : dtype.asText();
        // TensorFlow 2.0 and 2.1 called by "infer" the type of what comes in
        boolean own = name.equals("float32") || name.equals("infer");
        if (name.matches("(mixed_)?(float16|bfloat16)|float64")) {
            types.add(name);
        } else if (!own) {
            throw new ConfigException(
                    where + ".dtype",
                    "Thaw computes in float32, and the layer '%s' in something else, got %s"
                            .formatted(config.path("name").asText(), name),
                    "set its dtype to float32 in Keras");
        }
    }
}
