package dev.thaw.train;

import dev.thaw.graph.Network;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Weight;
import dev.thaw.plan.DeviceMemory;
import dev.thaw.plan.Plan;
import dev.thaw.tensor.Variable;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.ref.Cleaner;
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
    private static final Logger LOG = LoggerFactory.getLogger(StepCache.class);
    private static final int KEPT = 32;

    /** What a step is for. */
    enum Purpose {
        PREDICT,
        PREDICT_BY_PIECES,
        EVALUATE,
        TRAIN
    }

    private record Key(Purpose purpose, Mode mode, Feeding feeding, BitSet freezePattern) {}

    private static final Cleaner CLEANER = Cleaner.create();

    /**
     * What is on the device, apart from the model, so that a model that nobody closed can be
     * cleaned up.
     */
    private static final class Holdings implements Runnable {
        private final DeviceMemory memory;
        private final Set<Variable> held = new HashSet<>();
        private final Map<Key, Step> steps = new LinkedHashMap<>(16, .75f, true);
        private final Throwable madeAt =
                Boolean.getBoolean(Plan.LEAK_PROPERTY)
                        ? new Throwable("the model first ran here")
                        : null;

        Holdings(DeviceMemory memory) {
            this.memory = memory;
        }

        void hold(Variable v) {
            if (!held.contains(v)) {
                memory.acquire(v);
                held.add(v);
            }
        }

        /** Frees what is left, which is nothing unless nobody closed the model. */
        @Override
        public void run() {
            if (!steps.isEmpty()) {
                LOG.warn("a model was never closed; its memory is freed now", madeAt);
            }
            free();
        }

        synchronized void free() {
            steps.values().forEach(Step::close);
            steps.clear();
            held.forEach(memory::release);
            held.clear();
        }
    }

    private final Network model;
    private final Holdings holdings;
    private final Map<Key, BatchSizes> sizes = new LinkedHashMap<>(16, .75f, true);

    StepCache(Network model, DeviceMemory memory) {
        this.model = model;
        holdings = new Holdings(memory);
        CLEANER.register(this, holdings);
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
            Feeding feeding,
            Supplier<Step> maker,
            Supplier<Collection<Variable>> states) {
        Key key = new Key(purpose, mode, feeding, freezePattern());
        Step known = holdings.steps.get(key);
        if (known == null) {
            known = maker.get(); // first, as its plan counts what the weights need
            holdings.steps.put(key, known);
            model.weights().forEach(w -> holdings.hold(w.variable()));
            states.get().forEach(holdings::hold);
            dropOldest();
        }
        return known;
    }

    /** The sizes that suit predictions for samples like these, whatever their number. */
    BatchSizes sizes(Mode mode, Feeding feeding, Supplier<BatchSizes> maker) {
        Key key = new Key(Purpose.PREDICT, mode, feeding.withRows(1), freezePattern());
        BatchSizes known = sizes.computeIfAbsent(key, k -> maker.get());
        if (sizes.size() > KEPT) {
            sizes.remove(sizes.keySet().iterator().next());
        }
        return known;
    }

    private void dropOldest() {
        if (holdings.steps.size() > KEPT) {
            Key oldest = holdings.steps.keySet().iterator().next();
            holdings.steps.remove(oldest).close();
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
        holdings.free();
    }
}
