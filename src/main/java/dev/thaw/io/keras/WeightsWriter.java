package dev.thaw.io.keras;

import dev.thaw.graph.Network;
import dev.thaw.io.hdf5.Hdf5Builder;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Weight;
import dev.thaw.tensor.Tensor;

import java.util.List;
import java.util.Map;

/** Writes weights where Keras 3 looks for them, see {@link WeightPaths}. */
final class WeightsWriter {
    private WeightsWriter() {}

    /**
     * A file of all weights, with an empty group for what has none, as Keras writes it.
     *
     * @param optimizer the optimizer's state in Keras's order; empty for none
     */
    static Hdf5Builder write(Network model, List<Tensor> optimizer) {
        if (model.inputs().isEmpty()) {
            throw new IllegalStateException(
                    "%s: has no weights yet; build it, or run it once, before they are saved"
                            .formatted(model.name()));
        }
        Hdf5Builder h5 = new Hdf5Builder();
        for (Map.Entry<String, Layer> e : WeightPaths.of(model).entrySet()) {
            String vars = e.getKey().isEmpty() ? "vars" : e.getKey() + "/vars";
            h5.group(vars).attribute(vars, "name", e.getValue().name());
            List<Weight> weights = WeightPaths.variables(e.getValue());
            for (int i = 0; i < weights.size(); i++) {
                h5.dataset(vars + "/" + i, weights.get(i).variable().value());
            }
        }
        for (int i = 0; i < optimizer.size(); i++) {
            h5.dataset("optimizer/vars/" + i, optimizer.get(i));
        }
        return h5;
    }
}
