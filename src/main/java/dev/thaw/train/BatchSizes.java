package dev.thaw.train;

import dev.thaw.backend.spi.Backend;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.plan.SampleFlow;

import java.util.List;

/**
 * For how many samples to compile a prediction of a batch. Where samples do not meet, sizes are
 * rounded up to a few capacities, so that a service that gets batches of any size compiles few
 * plans, and a backend that runs several plans side by side gets a large batch by pieces.
 *
 * @param apart whether samples do not meet
 * @param piece how many samples a piece has at most
 * @param bytes what lies between the ops for one sample
 */
record BatchSizes(boolean apart, int piece, double bytes) {
    /**
     * Set to {@code exact}, this system property compiles each prediction for exactly its batch: to
     * compare, or to find faults.
     */
    static final String PROPERTY = "thaw.batch.sizes";

    /** Each batch as it is. */
    static final BatchSizes FIXED = new BatchSizes(false, 0, 0);

    /** Below this much memory between the ops, waking a thread costs more than it saves. */
    private static final double SIDE_BY_SIDE_PAYS = 1 << 20;

    private static final int LEAST = 4;
    private static final int MOST = 256;

    /**
     * The compiled size.
     *
     * @param rows for so many samples
     * @param pieces whether the batch runs by pieces of that size
     */
    record Choice(int rows, boolean pieces) {}

    /** Reads off a program of a prediction what sizes suit it. */
    static BatchSizes of(Program program, List<Value> results) {
        boolean exact = "exact".equals(System.getProperty(PROPERTY));
        if (exact || !SampleFlow.keepsApart(program, results)) {
            return FIXED;
        }
        int samples = program.inputs().get(0).shape().dim(0);
        double bytes =
                program.instructions().stream()
                                .flatMap(i -> i.op().outputs().stream())
                                .mapToDouble(BatchSizes::bytes)
                                .sum()
                        / samples;
        double weights = program.variables().values().stream().mapToDouble(BatchSizes::bytes).sum();
        // each piece reads all weights, which should be no more than what lies between
        double piece = Math.min(MOST, Math.max(LEAST, weights / Math.max(1, bytes)));
        return new BatchSizes(true, 2 * Integer.highestOneBit((int) Math.ceil(piece) - 1), bytes);
    }

    private static double bytes(Value v) {
        return (double) v.size() * v.dtype().bytes();
    }

    /** What to compile for a batch of so many rows. */
    Choice choose(int rows, Backend backend) {
        if (!apart || rows < 2) {
            return new Choice(rows, false);
        }
        int lanes = backend.lanes();
        if (lanes == 0 || rows * bytes < SIDE_BY_SIDE_PAYS) {
            return new Choice(capacity(rows), false);
        }
        int share = (rows + lanes - 1) / lanes;
        return new Choice(share >= piece ? piece : capacity(share), true);
    }

    /** Rounds up, by a quarter at most. */
    private static int capacity(int rows) {
        int unit = Math.max(1, Integer.highestOneBit(rows) / 4);
        return (rows + unit - 1) / unit * unit;
    }
}
