package dev.thaw.train;

import dev.thaw.graph.Network;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.util.Arrays;

/**
 * Looks whether the losses stay finite, and names the first step whose loss did not. An
 * asynchronous backend is asked every {@value #STEPS} steps and at the end of an epoch, for each
 * answer makes it wait; the steps after the one that failed changed no weight.
 */
final class Watch {
    static final int STEPS = 50;

    private final Network model;
    private final StepCompiler compiler;
    private final int every;
    private boolean pending;

    Watch(Network model, StepCompiler compiler, boolean asynchronous) {
        this.model = model;
        this.compiler = compiler;
        every = asynchronous ? STEPS : 1;
    }

    /** What the steps of an epoch run over, and what counts them. */
    record Run(TrainingData data, int[] order, int batchSize, Variable iterations) {}

    /** An epoch begins. */
    void begin() {
        if (pending) { // an exception ended the one before, and its failure with it
            compiler.health().assign(Tensor.scalar(-1L));
            pending = false;
        }
    }

    /** Step i of an epoch has been launched, from 0. */
    void launched(Run run, int i) {
        boolean last = (i + 1L) * run.batchSize >= run.order.length;
        pending = !last && (i + 1) % every != 0;
        if (!pending) {
            long failed = compiler.health().value().longs()[0];
            if (failed >= 0) {
                fail(run, i, failed);
            }
        }
    }

    private void fail(Run run, int i, long failed) {
        long since = run.iterations.value().longs()[0] - 1 - failed;
        int behind = (int) Math.max(0, Math.min(i, since));
        compiler.health().assign(Tensor.scalar(-1L));
        run.iterations.assign(Tensor.scalar(failed + 1)); // where a backend asked each step is
        int from = (i - behind) * run.batchSize;
        int to = Math.min(run.order.length, from + run.batchSize);
        int[] rows = Arrays.copyOfRange(run.order, from, to);
        String layer =
                compiler.firstNonFinite(
                        run.data.x().stream().map(t -> t.gather(rows)).toList(), behind);
        throw new NonFiniteLossException(
                model.name()
                        + ": the loss is NaN or infinite at step "
                        + failed
                        + " (rows "
                        + from
                        + " to "
                        + (to - 1)
                        + " of the epoch's order); "
                        + (layer.isEmpty()
                                ? "every layer's output is finite, so it is the loss itself: check the targets"
                                : "the first output that is not finite is that of " + layer)
                        + ". The weights are as before this step: lower the learning rate, or check the data with"
                        + " withCheckInputs(true)",
                failed,
                layer);
    }
}
