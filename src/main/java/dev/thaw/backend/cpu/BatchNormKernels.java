package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.backend.cpu.Pipeline.Argument;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.BatchNormInferGrad;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.BatchNormTrainGrad;
import dev.thaw.op.Value;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Batch normalization. The statistics are Java's, in double precision where it counts; the rest is
 * oneDNN's where it has fast code ({@link BatchNormPrimitives}) and Java's elsewhere.
 */
final class BatchNormKernels {
    private BatchNormKernels() {}

    static void register(KernelTable table) {
        table.add(BatchNormTrain.class, BatchNormKernels::train);
        table.add(BatchNormTrainGrad.class, BatchNormKernels::trainGrad);
        table.add(BatchNormInfer.class, BatchNormKernels::infer);
        table.add(BatchNormInferGrad.class, BatchNormKernels::inferGrad);
    }

    private static Prepared train(BatchNormTrain op) {
        if (op.x().size() == 0) {
            return (buffers, workspace) -> () -> {};
        }
        ChannelTiles tiles = new ChannelTiles(op.x().shape(), op.axis());
        Pipeline line = new Pipeline();
        Pipeline.Place shift = line.room((long) tiles.channels * Float.BYTES);
        int flags = dnnl_use_shift | (op.gamma() == null ? 0 : dnnl_use_scale);
        Primitive p = BatchNormPrimitives.forward(op.x().shape(), op.axis(), op.epsilon(), flags);
        line.then(m -> new Train(op, tiles, m, p == null ? null : shift.in(m).floats()));
        if (p != null) {
            List<Argument> arguments = new ArrayList<>();
            arguments.add(arg(DNNL_ARG_SRC, op.x()));
            arguments.add(arg(DNNL_ARG_DST, op.y()));
            arguments.add(arg(DNNL_ARG_MEAN, op.mean()));
            arguments.add(arg(DNNL_ARG_VARIANCE, op.variance()));
            arguments.add(new Argument(DNNL_ARG_SHIFT, shift));
            if (op.gamma() != null) {
                arguments.add(arg(DNNL_ARG_SCALE, op.gamma()));
            }
            line.then(line.own(p), arguments);
        }
        return line;
    }

    private static Prepared infer(BatchNormInfer op) {
        if (op.x().size() == 0) {
            return (buffers, workspace) -> () -> {};
        }
        int flags =
                (op.gamma() == null ? 0 : dnnl_use_scale)
                        | (op.beta() == null ? 0 : dnnl_use_shift);
        Primitive p = BatchNormPrimitives.forward(op.x().shape(), op.axis(), op.epsilon(), flags);
        Pipeline line = new Pipeline();
        if (p == null) {
            ChannelTiles tiles = new ChannelTiles(op.x().shape(), op.axis());
            return line.then(m -> new Infer(op, tiles, m));
        }
        List<Argument> arguments = new ArrayList<>();
        arguments.add(arg(DNNL_ARG_SRC, op.x()));
        arguments.add(arg(DNNL_ARG_DST, op.y()));
        arguments.add(arg(DNNL_ARG_MEAN, op.mean()));
        arguments.add(arg(DNNL_ARG_VARIANCE, op.variance()));
        if (op.gamma() != null) {
            arguments.add(arg(DNNL_ARG_SCALE, op.gamma()));
        }
        if (op.beta() != null) {
            arguments.add(arg(DNNL_ARG_SHIFT, op.beta()));
        }
        return line.then(line.own(p), arguments);
    }

    private static Prepared trainGrad(BatchNormTrainGrad op) {
        // oneDNN's fast code computes all three results
        Prepared fast = op.dx() == null ? null : fastGrad(op, 0);
        if (fast != null) {
            return fast;
        }
        ChannelTiles tiles = new ChannelTiles(op.x().shape(), op.axis());
        return new Pipeline().then(m -> new TrainGrad(op, tiles, m));
    }

    private static Prepared inferGrad(BatchNormInferGrad op) {
        boolean all = op.dx() != null && (op.dgamma() != null || op.dbeta() != null);
        Prepared fast =
                all
                        ? fastGrad(
                                new BatchNormTrainGrad(
                                        op.x(),
                                        op.dy(),
                                        op.gamma(),
                                        op.mean(),
                                        op.variance(),
                                        op.dx(),
                                        op.dgamma(),
                                        op.dbeta(),
                                        op.axis(),
                                        op.epsilon()),
                                dnnl_use_global_stats)
                        : null;
        if (fast != null) {
            return fast;
        }
        ChannelTiles tiles = new ChannelTiles(op.x().shape(), op.axis());
        return new Pipeline().then(m -> new InferGrad(op, tiles, m));
    }

    /** By oneDNN, with what is not wanted in the workspace; null where that would be slow. */
    private static Prepared fastGrad(BatchNormTrainGrad op, int statistics) {
        boolean scaled = op.gamma() != null || op.dgamma() != null;
        int weights =
                (scaled ? dnnl_use_scale : 0) | (scaled || op.dbeta() != null ? dnnl_use_shift : 0);
        Primitive p =
                BatchNormPrimitives.backward(
                        op.x().shape(),
                        op.axis(),
                        op.epsilon(),
                        statistics | weights,
                        weights == 0 ? dnnl_backward_data : dnnl_backward);
        if (p == null) {
            return null;
        }
        Pipeline line = new Pipeline();
        List<Argument> arguments = new ArrayList<>();
        arguments.add(arg(DNNL_ARG_SRC, op.x()));
        arguments.add(arg(DNNL_ARG_DIFF_DST, op.dy()));
        arguments.add(arg(DNNL_ARG_DIFF_SRC, op.dx()));
        arguments.add(arg(DNNL_ARG_MEAN, op.mean()));
        arguments.add(arg(DNNL_ARG_VARIANCE, op.variance()));
        long bytes = op.mean().size() * Float.BYTES;
        if (scaled) {
            arguments.add(arg(DNNL_ARG_SCALE, op.gamma()));
            arguments.add(
                    new Argument(DNNL_ARG_DIFF_SCALE, line.operandOrRoom(op.dgamma(), bytes)));
        }
        if (weights != 0) {
            arguments.add(new Argument(DNNL_ARG_DIFF_SHIFT, line.operandOrRoom(op.dbeta(), bytes)));
        }
        return line.then(line.own(p), arguments);
    }

    private static Argument arg(int index, Value v) {
        return new Argument(index, Pipeline.operand(v));
    }

    /** An operand of one number per channel, with a value for where it is absent. */
    private static final class PerChannel {
        final float[] numbers;
        private final FloatBuffer memory;

        PerChannel(Value v, int channels, float absent, Pipeline.Memory m) {
            numbers = new float[channels];
            Arrays.fill(numbers, absent);
            memory = v == null ? null : m.of(v).floats();
        }

        float[] read() {
            if (memory != null) {
                memory.get(0, numbers);
            }
            return numbers;
        }

        void write() {
            if (memory != null) {
                memory.put(0, numbers);
            }
        }
    }

    /** gamma / sqrt(variance + epsilon). */
    private static double factor(float gamma, double variance, double epsilon) {
        return gamma / Math.sqrt(variance + epsilon);
    }

    private static final class Train implements Kernel {
        private final BatchNormTrain op;
        private final ChannelTiles tiles;
        private final FloatBuffer x;
        private final PerChannel gamma;
        private final PerChannel beta;
        private final PerChannel mean;
        private final PerChannel variance;
        private final ChannelSums sums;
        private final ChannelMap map;
        private final double[] means;
        private final double[] squares;
        private final FloatBuffer shift;
        private final float[] factors;

        /**
         * @param shift takes the shift and leaves the normalization to the next step; null to do
         *     both here
         */
        Train(BatchNormTrain op, ChannelTiles tiles, Pipeline.Memory m, FloatBuffer shift) {
            this.op = op;
            this.tiles = tiles;
            x = m.of(op.x()).floats();
            gamma = new PerChannel(op.gamma(), tiles.channels, 1, m);
            beta = new PerChannel(op.beta(), tiles.channels, 0, m);
            mean = new PerChannel(op.mean(), tiles.channels, 0, m);
            variance = new PerChannel(op.variance(), tiles.channels, 0, m);
            sums = new ChannelSums(tiles);
            this.shift = shift;
            map = shift != null ? null : new ChannelMap(tiles, x, x, m.of(op.y()).floats());
            means = new double[tiles.channels];
            squares = new double[tiles.channels];
            factors = new float[tiles.channels];
        }

        @Override
        public void launch() {
            gamma.read();
            if (op.beta() == null) {
                Arrays.fill(beta.numbers, 0);
            }
            beta.read();
            sums.moments(x, means, squares);
            for (int c = 0; c < tiles.channels; c++) {
                double v = squares[c] / tiles.perChannel;
                double s = factor(gamma.numbers[c], v, op.epsilon());
                mean.numbers[c] = (float) means[c];
                variance.numbers[c] = (float) v;
                factors[c] = (float) s;
                // what the rounding of the mean takes away, as that may be more than y's own
                beta.numbers[c] -= (float) ((means[c] - mean.numbers[c]) * s);
            }
            if (shift == null) {
                map.normalize(mean.numbers, factors, beta.numbers);
            } else {
                shift.put(0, beta.numbers);
            }
            mean.write();
            variance.write();
        }
    }

    private static final class Infer implements Kernel {
        private final BatchNormInfer op;
        private final PerChannel gamma;
        private final PerChannel beta;
        private final PerChannel mean;
        private final PerChannel variance;
        private final ChannelMap map;
        private final float[] factors;

        Infer(BatchNormInfer op, ChannelTiles tiles, Pipeline.Memory m) {
            this.op = op;
            gamma = new PerChannel(op.gamma(), tiles.channels, 1, m);
            beta = new PerChannel(op.beta(), tiles.channels, 0, m);
            mean = new PerChannel(op.mean(), tiles.channels, 0, m);
            variance = new PerChannel(op.variance(), tiles.channels, 0, m);
            FloatBuffer x = m.of(op.x()).floats();
            map = new ChannelMap(tiles, x, x, m.of(op.y()).floats());
            factors = new float[tiles.channels];
        }

        @Override
        public void launch() {
            gamma.read();
            variance.read();
            for (int c = 0; c < factors.length; c++) {
                factors[c] = (float) factor(gamma.numbers[c], variance.numbers[c], op.epsilon());
            }
            map.normalize(mean.read(), factors, beta.read());
        }
    }

    private static final class TrainGrad implements Kernel {
        private final BatchNormTrainGrad op;
        private final ChannelTiles tiles;
        private final FloatBuffer x;
        private final FloatBuffer dy;
        private final PerChannel gamma;
        private final PerChannel mean;
        private final PerChannel variance;
        private final PerChannel dgamma;
        private final PerChannel dbeta;
        private final ChannelSums sums;
        private final ChannelMap map;
        private final double[] sum;
        private final double[] product;
        private final float[] factors;
        private final float[] meanUpstream;
        private final float[] slopes;

        TrainGrad(BatchNormTrainGrad op, ChannelTiles tiles, Pipeline.Memory m) {
            this.op = op;
            this.tiles = tiles;
            x = m.of(op.x()).floats();
            dy = m.of(op.dy()).floats();
            gamma = new PerChannel(op.gamma(), tiles.channels, 1, m);
            mean = new PerChannel(op.mean(), tiles.channels, 0, m);
            variance = new PerChannel(op.variance(), tiles.channels, 0, m);
            dgamma = new PerChannel(op.dgamma(), tiles.channels, 0, m);
            dbeta = new PerChannel(op.dbeta(), tiles.channels, 0, m);
            sums = new ChannelSums(tiles);
            map = op.dx() == null ? null : new ChannelMap(tiles, x, dy, m.of(op.dx()).floats());
            sum = new double[tiles.channels];
            product = new double[tiles.channels];
            factors = new float[tiles.channels];
            meanUpstream = new float[tiles.channels];
            slopes = new float[tiles.channels];
        }

        @Override
        public void launch() {
            gamma.read();
            variance.read();
            sums.products(x, dy, mean.read(), sum, product);
            for (int c = 0; c < tiles.channels; c++) {
                double s = factor(1, variance.numbers[c], op.epsilon());
                dbeta.numbers[c] = (float) sum[c];
                dgamma.numbers[c] = (float) (product[c] * s);
                factors[c] = (float) (gamma.numbers[c] * s);
                meanUpstream[c] = (float) (sum[c] / tiles.perChannel);
                slopes[c] = (float) (product[c] * s * s / tiles.perChannel);
            }
            dbeta.write();
            dgamma.write();
            if (map != null) {
                map.gradient(mean.numbers, meanUpstream, slopes, factors);
            }
        }
    }

    private static final class InferGrad implements Kernel {
        private final BatchNormInferGrad op;
        private final FloatBuffer x;
        private final FloatBuffer dy;
        private final PerChannel gamma;
        private final PerChannel mean;
        private final PerChannel variance;
        private final PerChannel dgamma;
        private final PerChannel dbeta;
        private final ChannelSums sums;
        private final ChannelMap map;
        private final double[] sum;
        private final double[] product;
        private final float[] factors;

        InferGrad(BatchNormInferGrad op, ChannelTiles tiles, Pipeline.Memory m) {
            this.op = op;
            x = m.of(op.x()).floats();
            dy = m.of(op.dy()).floats();
            gamma = new PerChannel(op.gamma(), tiles.channels, 1, m);
            mean = new PerChannel(op.mean(), tiles.channels, 0, m);
            variance = new PerChannel(op.variance(), tiles.channels, 0, m);
            dgamma = new PerChannel(op.dgamma(), tiles.channels, 0, m);
            dbeta = new PerChannel(op.dbeta(), tiles.channels, 0, m);
            boolean summed = op.dgamma() != null || op.dbeta() != null;
            sums = summed ? new ChannelSums(tiles) : null;
            map = op.dx() == null ? null : new ChannelMap(tiles, x, dy, m.of(op.dx()).floats());
            sum = new double[tiles.channels];
            product = new double[tiles.channels];
            factors = new float[tiles.channels];
        }

        @Override
        public void launch() {
            gamma.read();
            variance.read();
            if (sums != null) {
                sums.products(x, dy, mean.read(), sum, product);
            }
            for (int c = 0; c < factors.length; c++) {
                double s = factor(1, variance.numbers[c], op.epsilon());
                dbeta.numbers[c] = (float) sum[c];
                dgamma.numbers[c] = (float) (product[c] * s);
                factors[c] = (float) (gamma.numbers[c] * s);
            }
            dbeta.write();
            dgamma.write();
            if (map != null) {
                map.scale(factors);
            }
        }
    }
}
