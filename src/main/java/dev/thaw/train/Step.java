package dev.thaw.train;

import dev.thaw.op.Value;
import dev.thaw.plan.Plan;
import dev.thaw.tensor.Tensor;

import java.util.List;

/**
 * A compiled step with what goes in and out.
 *
 * @param plan what runs
 * @param feeds its inputs
 * @param predictions the model's outputs; only a prediction may be fetched
 * @param running the running sums that it adds to
 */
record Step(Plan plan, List<Feed> feeds, List<Value> predictions, List<Running> running)
        implements AutoCloseable {

    /** Host tensors of the inputs' shapes, to gather a batch into. */
    List<Tensor> staging() {
        return feeds.stream().map(f -> Tensor.zeros(f.value().shape(), f.value().dtype())).toList();
    }

    /** Copies a staged batch to the device. */
    void feed(List<Tensor> staged) {
        for (int i = 0; i < feeds.size(); i++) {
            plan.feed(feeds.get(i).value(), staged.get(i));
        }
    }

    @Override
    public void close() {
        plan.close();
    }
}
