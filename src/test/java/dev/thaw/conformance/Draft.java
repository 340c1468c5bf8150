package dev.thaw.conformance;

import dev.thaw.op.Gradients;
import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/** A program in the making, with random content for its inputs and the results to compare. */
final class Draft {
    /** A result to compare. */
    record Fetch(Value value, Tolerance tolerance) {}

    /** Gradients of sum(y upstream) for some inputs; those that are zero may be absent. */
    record Derivative(Value y, Value upstream, List<Value> wrt, Map<Value, Value> gradients) {}

    private final Program program = new Program();
    private final SplittableRandom random;
    private final Map<Value, Tensor> content = new LinkedHashMap<>();
    private final Set<Value> linear = new HashSet<>();
    private final List<Fetch> fetches = new ArrayList<>();
    private Derivative derivative;
    private int forwardOps;

    Draft(long seed) {
        random = new SplittableRandom(seed);
    }

    /** An input with this content. */
    Value input(String name, Tensor tensor) {
        Value v = program.input(name, tensor.shape(), tensor.dtype());
        content.put(v, tensor);
        return v;
    }

    /** An input with each element from the supplier, rounded to float32. */
    Value input(String name, Shape shape, DoubleSupplier element) {
        Tensor t = Tensor.zeros(shape, DType.FLOAT32);
        for (int i = 0; i < t.size(); i++) {
            t.floats()[i] = (float) element.getAsDouble();
        }
        return input(name, t);
    }

    /** A standard normal input. */
    Value normal(String name, Shape shape) {
        return input(name, shape, random::nextGaussian);
    }

    /** An input spread evenly over [low, high). */
    Value uniform(String name, Shape shape, double low, double high) {
        return input(name, shape, () -> random.nextDouble(low, high));
    }

    /** An input of whole numbers in [low, high], so that there are ties. */
    Value whole(String name, Shape shape, int low, int high) {
        return input(name, shape, () -> random.nextInt(low, high + 1));
    }

    /** An input of different multiples of 0.1 in random order: no two are near. */
    Value distinct(String name, Shape shape) {
        int[] order = new int[(int) shape.size()];
        for (int i = 0; i < order.length; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        int[] next = {0};
        return input(name, shape, () -> (order[next[0]++] - order.length / 2) * 0.1);
    }

    /** INT32 classes in [0, classes). */
    Value classes(String name, int rows, int classes) {
        int[] c = random.ints(rows, 0, classes).toArray();
        return input(name, Tensor.of(c, Shape.of(rows)));
    }

    /** A FLOAT32 number. */
    Value number(String name, double value) {
        return input(name, Tensor.scalar((float) value));
    }

    /** An INT64 number. */
    Value counter(String name, long value) {
        return input(name, Tensor.scalar(value));
    }

    /** Says that results are sums of products of this input: |input| gives their magnitude. */
    Value linear(Value input) {
        linear.add(input);
        return input;
    }

    /** Something that an op writes. */
    Value temp(String name, Shape shape) {
        return program.temp(name, shape);
    }

    /** Something that an op writes. */
    Value temp(String name, Shape shape, DType dtype) {
        return program.temp(name, shape, dtype);
    }

    void emit(Op op) {
        program.emit(op);
    }

    void fetch(Value value, Tolerance tolerance) {
        fetches.add(new Fetch(value, tolerance));
    }

    /** Compares y, and the gradients of the given inputs under a random upstream gradient. */
    void fetchWithGradients(Value y, Tolerance forward, Tolerance backward, Value... wrt) {
        fetch(y, forward);
        differentiate(y, wrt).values().forEach(v -> fetch(v, backward));
    }

    /** The gradients of the given inputs under a random upstream gradient; can be done once. */
    Map<Value, Value> differentiate(Value y, Value... wrt) {
        Value dy = linear(uniform("dy", y.shape(), -1, 1));
        forwardOps = program.instructions().size();
        Map<Value, Value> gradients = Gradients.of(program, Map.of(y, dy), List.of(wrt));
        derivative = new Derivative(y, dy, List.of(wrt), gradients);
        return gradients;
    }

    Program program() {
        return program;
    }

    /** The ops before differentiation. */
    List<Op> forward() {
        return program.instructions().subList(0, forwardOps).stream()
                .map(Program.Instruction::op)
                .toList();
    }

    Map<Value, Tensor> content() {
        return content;
    }

    /** The content with absolute values where an input is linear. */
    Map<Value, Tensor> magnitudes() {
        Map<Value, Tensor> all = new LinkedHashMap<>(content);
        for (Value v : linear) {
            Tensor t = content.get(v).copy();
            for (int i = 0; i < t.size(); i++) {
                t.floats()[i] = Math.abs(t.floats()[i]);
            }
            all.put(v, t);
        }
        return all;
    }

    boolean hasLinear() {
        return !linear.isEmpty();
    }

    List<Fetch> fetches() {
        return fetches;
    }

    Derivative derivative() {
        return derivative;
    }

    SplittableRandom random() {
        return random;
    }
}
