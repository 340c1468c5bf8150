package dev.thaw.backend.cuda;

import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.BatchNormTrainGrad;
import dev.thaw.op.Op;
import dev.thaw.op.Value;

/**
 * Trials of batch normalization run on numbers far from zero, mean 1e4 and deviation 1, where
 * float32 resolves x to 1/1024 and E[x^2] - E[x]^2 would be anything up to 16. A candidate must
 * keep four digits there, as our kernels do.
 */
final class BatchNormRehearsal implements Rehearsal {
    private static final double MEAN = 1e4;

    /** Of an even distribution with deviation 1. */
    private static final double WIDTH = Math.sqrt(3);

    private static final double LARGEST_GAMMA = 1.5;

    /** Each of two results keeps half a unit of the fourth digit. */
    private static final double FOUR_DIGITS = 1e-4;

    /** Each of two may round four times at x's size, by half a unit. */
    private static final double AT_X = 4 * Math.ulp((float) MEAN);

    /** The operands by their part in the formula; what an op lacks is null. */
    private record Parts(Value x, Value y, Value gamma, Value mean, Value variance, Value sums) {
        static Parts of(Op op) {
            if (op instanceof BatchNormTrain o) {
                return new Parts(o.x(), o.y(), o.gamma(), o.mean(), o.variance(), null);
            }
            if (op instanceof BatchNormInfer o) {
                return new Parts(o.x(), o.y(), o.gamma(), o.mean(), o.variance(), null);
            }
            BatchNormTrainGrad o = (BatchNormTrainGrad) op;
            return new Parts(o.x(), o.y(), o.gamma(), o.mean(), o.variance(), o.dgamma());
        }
    }

    @Override
    public String key(Op op) {
        return Parts.of(op).x.shape() + " " + op.print().replaceAll("=%\\d+", "");
    }

    @Override
    public Spread content(Op op, Value operand) {
        Parts p = Parts.of(op);
        if (operand == p.x) {
            return new Spread(MEAN, WIDTH);
        }
        if (operand == p.mean) {
            return new Spread(MEAN, 0);
        }
        if (operand == p.variance) {
            return new Spread(1, 0);
        }
        if (operand == p.gamma) {
            return new Spread(1, LARGEST_GAMMA - 1);
        }
        // a rectified result: some elements are 0 and less, some 6 and more
        return operand == p.y ? new Spread(3, 4) : new Spread(0, 1);
    }

    @Override
    public String wrong(Op op, Value result, float[] own, float[] got) {
        Parts p = Parts.of(op);
        boolean gradient = op instanceof BatchNormTrainGrad;
        // a sum over the batch of numbers of size 1 is as large as the root of their count
        double sum = Math.sqrt((double) p.x.size() / result.size());
        double floor =
                result == p.variance
                        ? 0
                        : result == p.mean
                                ? AT_X
                                : gradient ? FOUR_DIGITS * sum : LARGEST_GAMMA * AT_X;
        for (int i = 0; i < own.length; i++) {
            if (!(Math.abs(got[i] - own[i]) <= FOUR_DIGITS * Math.abs(own[i]) + floor)) {
                return "at mean 1e4 and deviation 1, %s %s is %s, ours %s"
                        .formatted(
                                result == p.variance
                                        ? "variance"
                                        : result == p.mean ? "mean" : "result",
                                i,
                                got[i],
                                own[i]);
            }
        }
        return null;
    }
}
