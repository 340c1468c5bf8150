package dev.thaw.train;

import dev.thaw.data.Batch;
import dev.thaw.op.Value;
import dev.thaw.plan.Pieces;
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
 * @param pieces runs a prediction of any number of rows; null for other steps
 */
record Step(
        Plan plan, List<Feed> feeds, List<Value> predictions, List<Running> running, Pieces pieces)
        implements AutoCloseable {

    /** Copies a batch to the device, in the types that the program wants, and launches. */
    void run(Batch batch) {
        feeds.forEach(f -> plan.feed(f.value(), part(f, batch)));
        plan.run();
    }

    /** The model's outputs for a batch of any number of rows. */
    List<Tensor> predict(Batch batch) {
        List<Value> inputs = feeds.stream().map(Feed::value).toList();
        return pieces.run(inputs, feeds.stream().map(f -> part(f, batch)).toList(), predictions);
    }

    private static Tensor part(Feed feed, Batch batch) {
        return switch (feed.from()) {
            case X -> batch.x().get(feed.index()).cast(feed.value().dtype());
            case Y -> batch.y().get(feed.index()).cast(feed.value().dtype());
            case WEIGHT -> batch.weights().get(feed.index()).orElseThrow();
        };
    }

    @Override
    public void close() {
        if (pieces != null) {
            pieces.close();
        }
        plan.close();
    }
}
