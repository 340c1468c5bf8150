package dev.thaw.train;

import dev.thaw.graph.Network;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Weight;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;
import dev.thaw.train.optimizer.Optimizer;

import java.util.Map;

/** Looks through all that training has changed, once, at its end. */
final class FiniteCheck {
    private final Network model;

    FiniteCheck(Network model) {
        this.model = model;
    }

    /** Weights, moving statistics, and what the optimizer keeps for them. */
    void check(Optimizer optimizer) {
        for (Layer layer : model.flatten()) {
            for (Weight w : layer.ownWeights()) {
                String name = "%s/%s".formatted(layer.name(), w.variable().name());
                check(name, "weight " + name, w.variable());
                for (Map.Entry<String, Variable> slot : optimizer.slots(w.variable()).entrySet()) {
                    String what = "%s's %s for %s".formatted(optimizer.name(), slot.getKey(), name);
                    check(name, what, slot.getValue());
                }
            }
        }
    }

    private void check(String name, String what, Variable v) {
        if (v.dtype() != DType.FLOAT32) {
            return;
        }
        Tensor t = v.value();
        float[] values = t.floats();
        int first = -1;
        int count = 0;
        for (int i = values.length - 1; i >= 0; i--) {
            if (!Float.isFinite(values[i])) {
                first = i;
                count++;
            }
        }
        if (first >= 0) {
            throw new NonFiniteWeightException(
                    """
                    %s: training left the %s with %s at %s, %d of its %d numbers are not finite, \
                    though every loss was; load weights saved before, and train with a lower \
                    learning rate, clipnorm, or a larger epsilon"""
                            .formatted(
                                    model.name(),
                                    what,
                                    values[first],
                                    t.shape().index(first),
                                    count,
                                    values.length),
                    name);
        }
    }
}
