package dev.thaw.train;

import dev.thaw.op.Value;
import dev.thaw.plan.Plan;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * A compiled step with what goes in and out.
 *
 * @param plan what runs
 * @param x the model's inputs
 * @param targets the targets; empty for a prediction
 * @param weights the sample weights; null where there are none
 * @param predictions the model's outputs; only a prediction may be fetched
 * @param running the running sums that it adds to
 */
record Step(
        Plan plan,
        List<Value> x,
        List<Value> targets,
        Value weights,
        List<Value> predictions,
        List<Objective.Running> running)
        implements AutoCloseable {

    /** Host tensors of the inputs' shapes, to gather a batch into. */
    List<Tensor> staging() {
        List<Tensor> all = new ArrayList<>();
        x.forEach(v -> all.add(Tensor.zeros(v.shape(), v.dtype())));
        targets.forEach(v -> all.add(Tensor.zeros(v.shape(), v.dtype())));
        if (weights != null) {
            all.add(Tensor.zeros(weights.shape(), weights.dtype()));
        }
        return all;
    }

    /** Copies a staged batch to the device. */
    void feed(List<Tensor> staged) {
        int i = 0;
        for (Value v : x) {
            plan.feed(v, staged.get(i++));
        }
        for (Value v : targets) {
            plan.feed(v, staged.get(i++));
        }
        if (weights != null) {
            plan.feed(weights, staged.get(i));
        }
    }

    @Override
    public void close() {
        plan.close();
    }
}
