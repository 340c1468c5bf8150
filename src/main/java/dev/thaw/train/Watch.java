package dev.thaw.train;

import dev.thaw.data.Batch;
import dev.thaw.data.DataException;
import dev.thaw.graph.Network;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Looks whether the losses stay finite, and names the first step whose loss did not. An
 * asynchronous backend is asked every {@value #STEPS} steps and at the end of an epoch, for each
 * answer makes it wait; the steps after the one that failed changed no weight.
 *
 * <p>Of the steps since the last look it keeps the numbers of their samples, and reads the batch of
 * the one that failed again.
 */
final class Watch {
    static final int STEPS = 50;

    /** As many samples as a message names. */
    private static final int NAMED = 8;

    private final Network model;
    private final StepCompiler compiler;
    private final Turns turns;
    private final int every;
    private final List<long[]> recent = new ArrayList<>();
    private Batch last;
    private Variable iterations;
    private Again again;

    Watch(Network model, StepCompiler compiler, Turns turns, boolean asynchronous) {
        this.model = model;
        this.compiler = compiler;
        this.turns = turns;
        every = asynchronous ? STEPS : 1;
    }

    /**
     * An epoch begins.
     *
     * @param counter counts the steps
     * @param reader reads a batch once more
     */
    void begin(Variable counter, Again reader) {
        // an exception ended the epoch before: nobody asks for its failure any more
        if (!recent.isEmpty()) {
            compiler.health().assign(Tensor.scalar(-1L));
            recent.clear();
        }
        iterations = counter;
        again = reader;
    }

    /** A step on this batch has been launched. */
    void launched(Batch batch) {
        recent.add(batch.numbers());
        last = batch;
        if (recent.size() == every) {
            look();
        }
    }

    /** No step comes any more. */
    void end() {
        if (!recent.isEmpty()) {
            look();
        }
        last = null;
    }

    private void look() {
        long failed = compiler.health().value().longs()[0];
        if (failed >= 0) {
            fail(failed);
        }
        recent.clear();
    }

    private void fail(long failed) {
        long since = iterations.value().longs()[0] - 1 - failed;
        int behind = (int) Math.max(0, Math.min(recent.size() - 1, since));
        compiler.health().assign(Tensor.scalar(-1L));
        // as on a backend that is asked after each step
        iterations.assign(Tensor.scalar(failed + 1));
        long[] samples = recent.get(recent.size() - 1 - behind);
        recent.clear();
        Optional<Batch> batch = behind == 0 ? Optional.of(last) : readAgain(samples);
        String layer =
                batch.map(b -> turns.change(() -> compiler.firstNonFinite(b.x(), behind)))
                        .orElse("");
        throw new NonFiniteLossException(
                """
                %s: the loss or its gradient is NaN or infinite at step %d (samples %s); %s. The \
                weights are as before this step: lower the learning rate, or check the data with \
                withCheckInputs(true)"""
                        .formatted(
                                model.name(),
                                failed,
                                text(samples),
                                cause(layer, batch.isPresent())),
                failed,
                layer);
    }

    /** The batch of these samples; empty where it does not come: the user is told of the loss. */
    private Optional<Batch> readAgain(long[] samples) {
        try {
            return again.read(samples);
        } catch (DataException e) {
            return Optional.empty();
        }
    }

    private static String cause(String layer, boolean known) {
        if (!known) {
            return "the first layer to blame is not known, since the data gave other samples when read again";
        }
        return layer.isEmpty()
                ? "every layer's output is finite, so it is the loss itself (check the targets), or the gradient of a root, a logarithm or a power at 0"
                : "the first output that is not finite is that of " + layer;
    }

    private static String text(long[] samples) {
        String named =
                Arrays.stream(samples)
                        .limit(NAMED)
                        .mapToObj(Long::toString)
                        .collect(Collectors.joining(", "));
        return samples.length > NAMED
                ? "%s and %d more".formatted(named, samples.length - NAMED)
                : named;
    }
}
