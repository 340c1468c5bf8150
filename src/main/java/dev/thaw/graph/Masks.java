package dev.thaw.graph;

import dev.thaw.layer.Layer;
import dev.thaw.op.Program;
import dev.thaw.op.Reshape;
import dev.thaw.op.Value;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/** The masks that travel beside values while a model is lowered, as on Keras's tensors. */
final class Masks {
    private static final Logger LOG = LoggerFactory.getLogger(Masks.class);
    private static final Set<Layer> WARNED =
            Collections.newSetFromMap(Collections.synchronizedMap(new WeakHashMap<>()));

    private final Program program;
    private final Map<Value, Value> masks = new HashMap<>();

    Masks(Program program) {
        this.program = program;
    }

    /** The mask of a value; null where it has none. */
    Value of(Value v) {
        return masks.get(v);
    }

    /** Gives a value a mask; null takes it away. */
    void set(Value v, Value mask) {
        if (mask == null) {
            masks.remove(v);
        } else {
            masks.put(v, mask);
        }
    }

    /**
     * Ends a call: gives its outputs the masks that they are due.
     *
     * @param decided the outputs whose masks the layer has set itself
     * @return the outputs, under which an input that must lose its mask is another value
     */
    List<Value> pass(Layer layer, List<Value> inputs, List<Value> outputs, Set<Value> decided) {
        if (masks.isEmpty()) {
            return outputs;
        }
        if (layer.supportsMasking()) {
            Value first = inputs.isEmpty() ? null : of(inputs.get(0));
            outputs.stream()
                    .filter(y -> !decided.contains(y) && of(y) == null)
                    .forEach(y -> set(y, first));
            return outputs;
        }
        if (inputs.stream().anyMatch(x -> of(x) != null) && WARNED.add(layer)) {
            LOG.warn(
                    "{}: does not support masks, so the mask of its input ends here; what follows takes every position as valid",
                    layer.name());
        }
        return outputs.stream()
                .map(y -> inputs.contains(y) && !decided.contains(y) ? unmasked(y) : y)
                .toList();
    }

    /** The same content as a value of its own, since masks belong to values. */
    private Value unmasked(Value v) {
        if (of(v) == null) {
            return v;
        }
        Value y = program.temp(v.name(), v.shape(), v.dtype());
        program.emit(new Reshape(v, y));
        return y;
    }
}
