package dev.thaw.bench;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;
import dev.thaw.op.Gradients;
import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.plan.DeviceMemory;
import dev.thaw.plan.Plan;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** A program of a few ops on random inputs, bound to the CPU: declare, emit, bind, run. */
final class OpPlan implements AutoCloseable {
    private final Backend backend = Device.cpu().open();
    private final DeviceMemory memory = DeviceMemory.of(backend);
    private final Program program = new Program();
    private final Map<Value, Tensor> inputs = new HashMap<>();
    private final Set<Value> results = new HashSet<>();
    private final SplittableRandom random = new SplittableRandom(1);
    private Plan plan;

    /** An input, uniform in [-1, 1). */
    Value random(String name, Shape shape) {
        Value v = program.input(name, shape, DType.FLOAT32);
        Tensor content = Tensor.zeros(shape, DType.FLOAT32);
        float[] values = content.floats();
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        inputs.put(v, content);
        return v;
    }

    Value constant(String name, Tensor content) {
        return program.constant(name, content);
    }

    /** Something that an op writes. */
    Value temp(String name, Shape shape) {
        return program.temp(name, shape);
    }

    void emit(Op op) {
        program.emit(op);
    }

    /** Keeps a value, so that the op that writes it is not dropped. */
    void keep(Value... values) {
        results.addAll(Set.of(values));
    }

    /** Adds the backward pass from dy, and keeps what it computes. */
    void differentiate(Value y, Value dy, Collection<Value> wrt) {
        results.addAll(Gradients.of(program, Map.of(y, dy), wrt).values());
    }

    OpPlan bind() {
        plan = new Plan(program, backend, memory, results);
        inputs.forEach(plan::feed);
        inputs.clear();
        return this;
    }

    /** Runs every op once and waits for the end. */
    void run() {
        plan.run();
        backend.synchronize();
    }

    @Override
    public void close() {
        plan.close();
    }
}
