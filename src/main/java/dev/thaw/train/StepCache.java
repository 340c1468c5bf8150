package dev.thaw.train;

import dev.thaw.graph.Network;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Weight;
import dev.thaw.plan.DeviceMemory;
import dev.thaw.tensor.Variable;

import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The compiled steps of a model, by what they are specialised to; the least recently used one goes
 * when there are too many. While it holds any, the variables it was told of stay on the device.
 */
final class StepCache implements AutoCloseable {
    private static final int KEPT = 12;

    /** What a step is for. */
    enum Purpose {
        PREDICT,
        EVALUATE,
        TRAIN
    }

    private record Key(
            Purpose purpose, Mode mode, int batch, boolean weighted, BitSet freezePattern) {}

    private final Network model;
    private final DeviceMemory memory;
    private final Set<Variable> held = new HashSet<>();
    private final Map<Key, Step> steps = new LinkedHashMap<>(16, .75f, true);

    StepCache(Network model, DeviceMemory memory) {
        this.model = model;
        this.memory = memory;
    }

    /**
     * The step for this purpose under the freeze pattern of this very moment.
     *
     * @param maker makes it where it does not exist
     * @param states variables besides the model's weights that should stay on the device
     */
    Step get(
            Purpose purpose,
            Mode mode,
            int batch,
            boolean weighted,
            Supplier<Step> maker,
            Supplier<Collection<Variable>> states) {
        Key key = new Key(purpose, mode, batch, weighted, freezePattern());
        Step known = steps.get(key);
        if (known == null) {
            model.weights().forEach(w -> hold(w.variable()));
            states.get().forEach(this::hold);
            known = maker.get();
            steps.put(key, known);
            dropOldest();
        }
        return known;
    }

    private void hold(Variable v) {
        if (!held.contains(v)) {
            memory.acquire(v);
            held.add(v);
        }
    }

    private void dropOldest() {
        if (steps.size() > KEPT) {
            Key oldest = steps.keySet().iterator().next();
            steps.remove(oldest).close();
        }
    }

    /** Everything about {@code trainable} that a plan depends on. */
    private BitSet freezePattern() {
        BitSet bits = new BitSet();
        int i = 0;
        for (Layer l : model.flatten()) {
            bits.set(i++, l.trainable());
            for (Weight w : l.ownWeights()) {
                bits.set(i++, w.variable().trainable());
            }
        }
        return bits;
    }

    /** Frees all steps and brings the variables home. */
    @Override
    public void close() {
        steps.values().forEach(Step::close);
        steps.clear();
        held.forEach(memory::release);
        held.clear();
    }
}
