package dev.thaw.io.keras;

import dev.thaw.config.ConfigException;
import dev.thaw.config.Range;
import dev.thaw.file.Printable;
import dev.thaw.io.hdf5.Hdf5Dataset;
import dev.thaw.layer.Weight;
import dev.thaw.model.Model;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;
import dev.thaw.train.optimizer.Optimizer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives an optimizer the state of a file, and leaves it fresh, with a warning, where that belongs
 * to other weights. A {@code .keras} file numbers the values in the order of Keras 3; an {@code
 * .h5} file names them, in one of three orders: Keras 2's, with a pass over the weights for each
 * slot and no learning rate; that of TensorFlow's Keras 2.11 to 2.15; and Keras 3's. There names
 * tell which slot a value is for, and, where they say it, which weight.
 */
final class OptimizerState {
    private static final Logger LOG = LoggerFactory.getLogger(OptimizerState.class);

    private final Model model;
    private final Optimizer optimizer;
    private final List<Variable> weights;
    private final List<Variable> variables;
    private final Set<String> slots = new LinkedHashSet<>();
    private final Assignment into = new Assignment();

    private OptimizerState(Model model) {
        this.model = model;
        optimizer = model.compilation().orElseThrow().optimizer();
        weights = trainable(model);
        variables = optimizer.variables(weights);
        weights.forEach(w -> slots.addAll(optimizer.slots(w).keySet()));
    }

    /** The weights that an optimizer has slots for, in its order. */
    static List<Variable> trainable(Model model) {
        return model.trainableWeights().stream().map(Weight::variable).distinct().toList();
    }

    /** Continues where a file stopped that numbers the values. */
    static void read(Model model, List<Hdf5Dataset> values) {
        OptimizerState s = new OptimizerState(model);
        s.take(values.size(), () -> s.inOrder(values));
    }

    /** Continues where a file stopped that names the values. */
    static void read(Model model, Map<String, Hdf5Dataset> values) {
        OptimizerState s = new OptimizerState(model);
        s.take(values.size(), () -> s.named(values));
    }

    /** What a file holds, noted. */
    private interface Reading {
        /** False where the values are not those of this optimizer. */
        boolean fits();
    }

    private void take(int values, Reading reading) {
        try {
            if (reading.fits()) {
                into.apply();
            } else {
                startAfresh(
                        "the file has %d values of it, which has %d for the weights that are trainable now"
                                .formatted(values, variables.size()));
            }
        } catch (ConfigException e) {
            startAfresh(e.getMessage());
        }
    }

    private void startAfresh(String why) {
        LOG.warn(
                "{}: the optimizer {} starts afresh: {} (were weights frozen or thawed before saving, and not trained since?)",
                model.name(),
                optimizer.name(),
                Printable.of(why));
    }

    private boolean inOrder(List<Hdf5Dataset> values) {
        // a model that was compiled and never trained has an optimizer without slots
        List<Variable> fresh = optimizer.variables(List.of());
        if (values.size() <= fresh.size()) {
            put(values, fresh.subList(0, values.size()));
            return true;
        }
        if (values.size() == variables.size()) {
            put(values, variables);
            return true;
        }
        return false;
    }

    private void put(List<Hdf5Dataset> values, List<Variable> to) {
        for (int i = 0; i < values.size(); i++) {
            Variable v = to.get(i);
            String path = values.get(i).path();
            into.put(values.get(i), v.name() + " of the optimizer", v, t -> checked(path, v, t));
        }
    }

    /** What a setter would refuse, a file may not bring in. */
    private Tensor checked(String path, Variable to, Tensor value) {
        boolean counts = to == optimizer.iterationsVariable();
        if (counts || to == optimizer.learningRateVariable()) {
            double number = counts ? value.longs()[0] : value.item();
            if (!Range.NOT_NEGATIVE.holds(number)) {
                throw new ConfigException(
                        path,
                        "%s of the optimizer must be %s, got %s"
                                .formatted(to.name(), Range.NOT_NEGATIVE.words(), number),
                        "");
            }
        }
        return value;
    }

    private boolean named(Map<String, Hdf5Dataset> values) {
        Map<String, List<SlotName>> sorted = new LinkedHashMap<>();
        for (String name : values.keySet()) {
            SlotName n = SlotName.of(name, slots);
            if (n == null) {
                return inPasses(List.copyOf(values.values()));
            }
            sorted.computeIfAbsent(n.slot(), s -> new ArrayList<>()).add(n);
        }
        // each slot whole, or none of any: then the model was compiled and never trained
        boolean trained = sorted.keySet().stream().anyMatch(slots::contains);
        boolean fits = !trained || sorted.keySet().containsAll(slots);
        for (Map.Entry<String, List<SlotName>> e : sorted.entrySet()) {
            List<SlotName> names = e.getValue();
            if (!slots.contains(e.getKey())) {
                alone(e.getKey(), values.get(names.get(0).name()));
            } else if (names.size() == weights.size()) {
                slot(e.getKey(), names, values);
            } else {
                fits = false;
            }
        }
        return fits;
    }

    /**
     * A value that belongs to no weight, if the optimizer has it: with a schedule it has no rate.
     */
    private void alone(String name, Hdf5Dataset value) {
        optimizer.variables(List.of()).stream()
                .filter(v -> v.name().equals(name))
                .forEach(v -> put(List.of(value), List.of(v)));
    }

    private void slot(String slot, List<SlotName> names, Map<String, Hdf5Dataset> values) {
        List<Variable> to = order(names).stream().map(w -> optimizer.slots(w).get(slot)).toList();
        put(names.stream().map(n -> values.get(n.name())).toList(), to);
    }

    /** The weights of one slot's values: by name where that tells all apart, else as they are. */
    private List<Variable> order(List<SlotName> names) {
        List<String> paths = names.stream().map(SlotName::weight).toList();
        List<Variable> found =
                LegacyWeights.byName(paths, model).values().stream().map(Weight::variable).toList();
        return new HashSet<>(found).equals(new HashSet<>(weights)) ? found : weights;
    }

    /** Keras 2.0 to 2.2 on several backends: nameless values, one slot after the other. */
    private boolean inPasses(List<Hdf5Dataset> values) {
        List<Variable> to = new ArrayList<>();
        if (values.get(0).shape().rank() == 0) {
            to.add(optimizer.iterationsVariable());
        }
        for (String slot : slots) {
            weights.forEach(w -> to.add(optimizer.slots(w).get(slot)));
        }
        // one number each stands for the slots of amsgrad where that is off
        if (values.size() < to.size()
                || !values.stream().skip(to.size()).allMatch(d -> d.shape().equals(Shape.of(1)))) {
            return false;
        }
        put(values.subList(0, to.size()), to);
        return true;
    }
}
