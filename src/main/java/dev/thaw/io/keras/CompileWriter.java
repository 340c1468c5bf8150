package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.metric.Metric;

import java.util.List;

/** Writes how a model is compiled, and the state of its optimizer. */
final class CompileWriter {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private CompileWriter() {}

    /** Keras's compile_config. */
    static ObjectNode write(Compilation c) {
        ObjectWriter w = new ObjectWriter("compile_config");
        ObjectNode config = JSON.objectNode();
        config.set("optimizer", w.value(c.optimizer()));
        boolean one = c.losses().size() == 1;
        List<Loss> losses = c.losses().stream().map(l -> l == Loss.NONE ? null : l).toList();
        config.set("loss", w.value(one ? losses.get(0) : losses));
        if (one || c.lossWeights().stream().allMatch(x -> x == 1)) {
            config.putNull("loss_weights");
        } else {
            config.set("loss_weights", w.value(c.lossWeights()));
        }
        config.set("metrics", metrics(w, c.metrics()));
        config.set("weighted_metrics", metrics(w, c.weightedMetrics()));
        config.put("run_eagerly", false);
        config.put("steps_per_execution", 1);
        config.put("jit_compile", false);
        return config;
    }

    private static JsonNode metrics(ObjectWriter w, List<List<Metric>> perOutput) {
        if (perOutput.stream().allMatch(List::isEmpty)) {
            return JSON.nullNode();
        }
        return w.value(perOutput.size() == 1 ? perOutput.get(0) : perOutput);
    }

    /** The optimizer's state in Keras's order. */
    static List<Tensor> state(Compilation c, Model model) {
        return c.optimizer().variables(OptimizerState.trainable(model)).stream()
                .map(Variable::value)
                .toList();
    }
}
