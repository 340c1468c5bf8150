package dev.thaw.backend.reference;

import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.BatchNormInferGrad;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.BatchNormTrainGrad;
import dev.thaw.op.LayerNorm;
import dev.thaw.op.LayerNormGrad;
import dev.thaw.op.MovingAverage;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Value;

import java.nio.DoubleBuffer;
import java.util.function.IntUnaryOperator;

/** Each element belongs to a group (a channel, or a row) that is normalized together. */
final class Normalizations {
    private Normalizations() {}

    static void register(Table table) {
        table.add(BatchNormTrain.class, Normalizations::batchTrain);
        table.add(BatchNormTrainGrad.class, Normalizations::batchTrainGrad);
        table.add(BatchNormInfer.class, Normalizations::batchInfer);
        table.add(BatchNormInferGrad.class, Normalizations::batchInferGrad);
        table.add(MovingAverage.class, Normalizations::movingAverage);
        table.add(LayerNorm.class, Normalizations::layer);
        table.add(LayerNormGrad.class, Normalizations::layerGrad);
    }

    /** The channel of an element of [outer, C, inner]. */
    private static IntUnaryOperator channel(Value x, int axis) {
        int inner = (int) x.shape().size(axis + 1, x.shape().rank());
        int channels = x.shape().dim(axis);
        return i -> i / inner % channels;
    }

    private static void moments(
            Value x, IntUnaryOperator group, Value mean, Value variance, Cells cells) {
        DoubleBuffer content = cells.numbers(x);
        DoubleBuffer m = cells.numbers(mean);
        double n = (double) x.size() / mean.size();
        cells.fill(mean, 0);
        cells.fill(variance, 0);
        for (int i = 0; i < x.size(); i++) {
            cells.add(mean, group.applyAsInt(i), content.get(i) / n);
        }
        for (int i = 0; i < x.size(); i++) {
            double deviation = content.get(i) - m.get(group.applyAsInt(i));
            cells.add(variance, group.applyAsInt(i), deviation * deviation / n);
        }
    }

    /** (x - mean) / sqrt(variance + epsilon), with the statistics of each element's group. */
    private static double[] normalized(
            Value x,
            IntUnaryOperator group,
            Value mean,
            Value variance,
            double epsilon,
            Cells cells) {
        DoubleBuffer content = cells.numbers(x);
        DoubleBuffer m = cells.numbers(mean);
        DoubleBuffer v = cells.numbers(variance);
        double[] xh = new double[(int) x.size()];
        for (int i = 0; i < xh.length; i++) {
            int g = group.applyAsInt(i);
            xh[i] = (content.get(i) - m.get(g)) / Math.sqrt(v.get(g) + epsilon);
        }
        return xh;
    }

    private static void batchTrain(BatchNormTrain op, Cells cells) {
        IntUnaryOperator channel = channel(op.x(), op.axis());
        moments(op.x(), channel, op.mean(), op.variance(), cells);
        double[] xh = normalized(op.x(), channel, op.mean(), op.variance(), op.epsilon(), cells);
        scaleAndShift(xh, channel, op.gamma(), op.beta(), op.y(), cells);
        Functions.finish(op.y(), op.residual(), op.rectifier(), cells);
    }

    private static void batchInfer(BatchNormInfer op, Cells cells) {
        IntUnaryOperator channel = channel(op.x(), op.axis());
        double[] xh = normalized(op.x(), channel, op.mean(), op.variance(), op.epsilon(), cells);
        scaleAndShift(xh, channel, op.gamma(), op.beta(), op.y(), cells);
        Functions.finish(op.y(), op.residual(), op.rectifier(), cells);
    }

    /** dy where the rectifier let its argument through, else 0; also the residual's gradient. */
    private static double[] passed(
            Value y, Value dy, Value dresidual, Rectifier rectifier, Cells cells) {
        double[] g = upstream(dy, cells);
        for (int i = 0; i < g.length; i++) {
            if (rectifier != Rectifier.NONE) {
                g[i] *= Functions.derivative(rectifier.fn(), cells.numbers(y).get(i));
            }
            if (dresidual != null) {
                cells.numbers(dresidual).put(i, g[i]);
            }
        }
        return g;
    }

    private static double[] upstream(Value dy, Cells cells) {
        double[] g = new double[(int) dy.size()];
        cells.numbers(dy).get(0, g);
        return g;
    }

    private static void layer(LayerNorm op, Cells cells) {
        int k = op.x().shape().last();
        moments(op.x(), i -> i / k, op.mean(), op.variance(), cells);
        double[] xh = normalized(op.x(), i -> i / k, op.mean(), op.variance(), op.epsilon(), cells);
        scaleAndShift(xh, i -> i % k, op.gamma(), op.beta(), op.y(), cells);
    }

    /** y = gamma xh + beta, with the weights at {@code at(element)}. */
    private static void scaleAndShift(
            double[] xh, IntUnaryOperator at, Value gamma, Value beta, Value y, Cells cells) {
        DoubleBuffer result = cells.numbers(y);
        for (int i = 0; i < xh.length; i++) {
            int c = at.applyAsInt(i);
            result.put(i, cells.numberOr(1, gamma, c) * xh[i] + cells.numberOr(0, beta, c));
        }
    }

    /** dgamma = sum(dy xh), dbeta = sum(dy), where wanted. */
    private static void weightGradients(
            double[] xh, IntUnaryOperator at, double[] g, Value dgamma, Value dbeta, Cells cells) {
        cells.fill(dgamma, 0);
        cells.fill(dbeta, 0);
        for (int i = 0; i < xh.length; i++) {
            cells.add(dgamma, at.applyAsInt(i), g[i] * xh[i]);
            cells.add(dbeta, at.applyAsInt(i), g[i]);
        }
    }

    private static void batchTrainGrad(BatchNormTrainGrad op, Cells cells) {
        IntUnaryOperator channel = channel(op.x(), op.axis());
        double[] xh = normalized(op.x(), channel, op.mean(), op.variance(), op.epsilon(), cells);
        double[] g = passed(op.y(), op.dy(), op.dresidual(), op.rectifier(), cells);
        weightGradients(xh, channel, g, op.dgamma(), op.dbeta(), cells);
        if (op.dx() != null) {
            double[] h = scaledUpstream(g, op.gamma(), channel, cells);
            through(xh, h, channel, op.variance(), op.epsilon(), op.dx(), cells);
        }
    }

    private static void layerGrad(LayerNormGrad op, Cells cells) {
        int k = op.x().shape().last();
        double[] xh = normalized(op.x(), i -> i / k, op.mean(), op.variance(), op.epsilon(), cells);
        double[] g = upstream(op.dy(), cells);
        weightGradients(xh, i -> i % k, g, op.dgamma(), op.dbeta(), cells);
        if (op.dx() != null) {
            double[] h = scaledUpstream(g, op.gamma(), i -> i % k, cells);
            through(xh, h, i -> i / k, op.variance(), op.epsilon(), op.dx(), cells);
        }
    }

    private static double[] scaledUpstream(
            double[] g, Value gamma, IntUnaryOperator at, Cells cells) {
        double[] h = new double[g.length];
        for (int i = 0; i < h.length; i++) {
            h[i] = g[i] * cells.numberOr(1, gamma, at.applyAsInt(i));
        }
        return h;
    }

    /** dx = s (h - mean(h) - xh mean(h xh)), through the statistics of each group. */
    private static void through(
            double[] xh,
            double[] h,
            IntUnaryOperator group,
            Value variance,
            double epsilon,
            Value dx,
            Cells cells) {
        int groups = (int) variance.size();
        double n = (double) xh.length / groups;
        double[] meanH = new double[groups];
        double[] meanHXh = new double[groups];
        for (int i = 0; i < xh.length; i++) {
            meanH[group.applyAsInt(i)] += h[i] / n;
            meanHXh[group.applyAsInt(i)] += h[i] * xh[i] / n;
        }
        DoubleBuffer result = cells.numbers(dx);
        DoubleBuffer v = cells.numbers(variance);
        for (int i = 0; i < xh.length; i++) {
            int g = group.applyAsInt(i);
            double s = 1 / Math.sqrt(v.get(g) + epsilon);
            result.put(i, s * (h[i] - meanH[g] - xh[i] * meanHXh[g]));
        }
    }

    private static void batchInferGrad(BatchNormInferGrad op, Cells cells) {
        IntUnaryOperator channel = channel(op.x(), op.axis());
        double[] xh = normalized(op.x(), channel, op.mean(), op.variance(), op.epsilon(), cells);
        double[] g = passed(op.y(), op.dy(), op.dresidual(), op.rectifier(), cells);
        weightGradients(xh, channel, g, op.dgamma(), op.dbeta(), cells);
        if (op.dx() != null) {
            double[] h = scaledUpstream(g, op.gamma(), channel, cells);
            DoubleBuffer dx = cells.numbers(op.dx());
            DoubleBuffer v = cells.numbers(op.variance());
            for (int i = 0; i < h.length; i++) {
                dx.put(i, h[i] / Math.sqrt(v.get(channel.applyAsInt(i)) + op.epsilon()));
            }
        }
    }

    private static void movingAverage(MovingAverage op, Cells cells) {
        float keep = (float) op.momentum();
        float take = (float) (1 - op.momentum());
        for (int t = 0; t < op.moving().size(); t++) {
            DoubleBuffer moving = cells.numbers(op.moving().get(t));
            DoubleBuffer batch = cells.numbers(op.batch().get(t));
            for (int i = 0; i < op.moving().get(t).size(); i++) {
                if (Double.isFinite(batch.get(i))) {
                    moving.put(i, moving.get(i) * keep + batch.get(i) * take);
                }
            }
        }
    }
}
