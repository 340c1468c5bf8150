package dev.thaw.graph;

import dev.thaw.layer.InputLayer;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.Mode;
import dev.thaw.layer.WholeType;
import dev.thaw.op.Budget;
import dev.thaw.op.Draw;
import dev.thaw.op.Formula;
import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns a model in a mode into ops. Every call of every layer goes through {@link #call}, so the
 * mode is resolved in one place, and what it resolved to is on record.
 */
public final class Tracer {
    private final Program program;
    private final Variable randomStep;
    private final Map<Layer, Integer> calls = new HashMap<>();
    private final Map<Value, Value> numbers = new HashMap<>();
    private final Map<Value, WholeType> whole = new HashMap<>();
    private final List<Value> losses = new ArrayList<>();
    private final Masks masks;
    private boolean random;
    private int count;

    /**
     * @param program receives the ops
     * @param randomStep the INT64 counter that random ops take their numbers from
     */
    public Tracer(Program program, Variable randomStep) {
        this.program = program;
        this.randomStep = randomStep;
        this.masks = new Masks(program);
    }

    /**
     * Lowers one call of a model from outside.
     *
     * @param mode the mode that is given; empty for none
     * @param who who gives it, in words: {@code fit}
     */
    public Call run(Network model, List<Value> inputs, Optional<Mode> mode, String who) {
        Resolution root = Resolution.root(mode, who);
        if (!root.isGiven() && model.defaultMode().isPresent()) {
            root =
                    new Resolution(
                            model.defaultMode().get(), Resolution.Reason.OWN_DEFAULT, model.name());
        }
        for (int i = 0; i < inputs.size() && i < model.inputs().size(); i++) {
            if (model.inputs().get(i).node().layer() instanceof InputLayer in) {
                whole.put(inputs.get(i), in.whole());
            }
        }
        return call(model, inputs, root, "");
    }

    /** Whether any op drew random numbers; then the step counter must move on at the end. */
    public boolean usesRandom() {
        return random;
    }

    /** What the layers add to the loss, besides their weights' regularizers: numbers. */
    public List<Value> losses() {
        return List.copyOf(losses);
    }

    /** Which positions of an output count: 1 or 0; null where all do. */
    public Value mask(Value output) {
        return masks.of(output);
    }

    private Call call(Layer layer, List<Value> inputs, Resolution resolution, String path) {
        Budget.requireCalls(path.isEmpty() ? layer.name() : path, ++count);
        int number = calls.merge(layer, 1, Integer::sum) - 1;
        Frame frame = new Frame(layer, inputs, resolution, path, number);
        int first = program.instructions().size();
        String outer = program.scope();
        program.setScope(path);
        List<Value> outputs = masks.pass(layer, inputs, layer.lower(frame, inputs), frame.decided);
        regularizeActivity(layer, outputs);
        program.setScope(outer);
        return new Call(
                path,
                frame.number,
                layer,
                resolution,
                frame.modeMatters,
                frame.heldByFreeze,
                inputs,
                outputs,
                first,
                program.instructions().size(),
                List.copyOf(frame.inner));
    }

    /** Whole numbers become FLOAT32 where the layer takes that alone, once for all that do. */
    private List<Value> cast(Layer callee, List<Value> inputs) {
        List<Value> given = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Value x = inputs.get(i);
            given.add(callee.casts(i, x.dtype()) ? numbers.computeIfAbsent(x, this::number) : x);
        }
        return given;
    }

    private Value number(Value x) {
        Value y = new Formula(program).number(x);
        masks.set(y, masks.of(x));
        whole.put(y, whole.getOrDefault(x, WholeType.INT32));
        return y;
    }

    private void regularizeActivity(Layer layer, List<Value> outputs) {
        Formula f = new Formula(program);
        for (Value y : outputs) {
            double share = y.shape().rank() == 0 ? 1 : 1.0 / y.shape().dim(0);
            if (layer.activityRegularizer() == null) {
                continue;
            }
            layer.activityRegularizer()
                    .lower(f, y)
                    .ifPresent(sum -> losses.add(f.affine(sum, share, 0)));
        }
    }

    /** Refuses outputs other than the layer's {@code outputShapes} promises: plans rely on them. */
    private void check(Layer layer, List<Value> inputs, List<Value> outputs) {
        List<Shape> promised = layer.outputShapes(inputs.stream().map(Value::shape).toList());
        List<Shape> made = outputs.stream().map(Value::shape).toList();
        boolean kept = made.size() == promised.size();
        for (int i = 0; kept && i < made.size(); i++) {
            kept =
                    promised.get(i).accepts(made.get(i))
                            && outputs.get(i).dtype() == layer.outputDType(i);
        }
        if (!kept) {
            throw new IllegalStateException(
                    "%s: lower must return what outputShapes and outputDType say, %s, got %s"
                            .formatted(
                                    layer.name(),
                                    promised,
                                    outputs.stream()
                                            .map(v -> v.dtype() + " " + v.shape())
                                            .toList()));
        }
        for (Value v : outputs) {
            if (!program.isDefined(v)) {
                throw new IllegalStateException(
                        "%s: lower returned %s (%s), which no op has written; emit one that does"
                                .formatted(layer.name(), v, v.name()));
            }
        }
    }

    private final class Frame implements Lowering {
        private final Layer layer;
        private final List<Value> inputs;
        private final Resolution resolution;
        private final String path;
        private final int number;
        private final List<Call> inner = new ArrayList<>();
        private final Set<Value> decided = new HashSet<>();
        private boolean modeMatters;
        private boolean heldByFreeze;

        Frame(Layer layer, List<Value> inputs, Resolution resolution, String path, int number) {
            this.layer = layer;
            this.inputs = inputs;
            this.resolution = resolution;
            this.path = path;
            this.number = number;
        }

        @Override
        public Mode mode() {
            modeMatters = true;
            return resolution.mode();
        }

        @Override
        public boolean trains() {
            boolean training = mode() == Mode.TRAINING;
            heldByFreeze = training && !layer.trainable();
            return training && layer.trainable();
        }

        @Override
        public boolean draws() {
            return mode() != Mode.INFERENCE;
        }

        @Override
        public Value weight(String name) {
            return program.variable(layer.variable(name));
        }

        @Override
        public Value temp(String name, Shape shape) {
            return program.temp(name, shape);
        }

        @Override
        public Value constant(String name, Tensor content) {
            return program.constant(name, content);
        }

        @Override
        public Value randomStep() {
            random = true;
            return program.variable(randomStep);
        }

        @Override
        public Draw draw(long seed) {
            return new Draw(seed, number);
        }

        @Override
        public Value mask(Value input) {
            return masks.of(input);
        }

        @Override
        public void setMask(Value output, Value mask) {
            masks.set(output, mask);
            decided.add(output);
        }

        @Override
        public WholeType whole(int input) {
            return whole.get(inputs.get(input));
        }

        @Override
        public void addLoss(Value loss) {
            if (loss.size() != 1) {
                throw new IllegalStateException(
                        "%s: addLoss takes one number, got %s"
                                .formatted(layer.name(), loss.shape()));
            }
            losses.add(loss);
        }

        @Override
        public void emit(Op op) {
            program.emit(op);
        }

        @Override
        public Formula formula() {
            return new Formula(program);
        }

        @Override
        public List<Value> call(Layer callee, List<Value> inputs) {
            return call(callee, inputs, null);
        }

        @Override
        public List<Value> call(Layer callee, List<Value> inputs, Mode baked) {
            String where = callee.name() + (path.isEmpty() ? "" : " in " + path);
            Resolution r =
                    Resolution.of(
                            baked,
                            where,
                            resolution,
                            callee.defaultMode().orElse(null),
                            callee.name());
            callee.requireDTypes(inputs.stream().map(Value::dtype).toList());
            // a layer that is called outside of its build (inside a custom layer) is built here
            callee.build(inputs.stream().map(Value::shape).toList());
            String below = path.isEmpty() ? callee.name() : path + "/" + callee.name();
            List<Value> given = cast(callee, inputs);
            Call c = Tracer.this.call(callee, given, r, below);
            check(callee, given, c.outputs());
            inner.add(c);
            modeMatters |= c.modeMatters();
            return c.outputs();
        }
    }
}
