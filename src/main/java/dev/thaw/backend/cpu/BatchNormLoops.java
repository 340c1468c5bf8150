package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Kernel;
import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.BatchNormInferGrad;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.BatchNormTrainGrad;
import dev.thaw.op.Value;

import java.nio.FloatBuffer;
import java.util.Arrays;

/** Batch normalization in Java, for any channel axis and any number of channels. */
final class BatchNormLoops {
    private BatchNormLoops() {}

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

    static final class Train implements Kernel {
        private final BatchNormTrain op;
        private final ChannelTiles tiles;
        private final FloatBuffer x;
        private final PerChannel gamma;
        private final PerChannel beta;
        private final PerChannel mean;
        private final PerChannel variance;
        private final ChannelSums sums;
        private final ChannelMap map;
        private final FloatBuffer residual;
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
            map = shift != null ? null : new ChannelMap(tiles, x, null, m.of(op.y()).floats());
            residual = new Epilogue(op.residual(), op.rectifier()).residualIn(m);
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
                map.normalize(mean.numbers, factors, beta.numbers, residual, op.rectifier());
            } else {
                shift.put(0, beta.numbers);
            }
            mean.write();
            variance.write();
        }
    }

    static final class Infer implements Kernel {
        private final BatchNormInfer op;
        private final PerChannel gamma;
        private final PerChannel beta;
        private final PerChannel mean;
        private final PerChannel variance;
        private final ChannelMap map;
        private final FloatBuffer residual;
        private final float[] factors;

        Infer(BatchNormInfer op, ChannelTiles tiles, Pipeline.Memory m) {
            this.op = op;
            gamma = new PerChannel(op.gamma(), tiles.channels, 1, m);
            beta = new PerChannel(op.beta(), tiles.channels, 0, m);
            mean = new PerChannel(op.mean(), tiles.channels, 0, m);
            variance = new PerChannel(op.variance(), tiles.channels, 0, m);
            FloatBuffer x = m.of(op.x()).floats();
            map = new ChannelMap(tiles, x, null, m.of(op.y()).floats());
            residual = new Epilogue(op.residual(), op.rectifier()).residualIn(m);
            factors = new float[tiles.channels];
        }

        @Override
        public void launch() {
            gamma.read();
            variance.read();
            for (int c = 0; c < factors.length; c++) {
                factors[c] = (float) factor(gamma.numbers[c], variance.numbers[c], op.epsilon());
            }
            map.normalize(mean.read(), factors, beta.read(), residual, op.rectifier());
        }
    }

    static final class TrainGrad implements Kernel {
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

        /**
         * @param dy the upstream gradient, as far as the rectifier let it through
         */
        TrainGrad(BatchNormTrainGrad op, ChannelTiles tiles, Pipeline.Memory m, FloatBuffer dy) {
            this.op = op;
            this.tiles = tiles;
            x = m.of(op.x()).floats();
            this.dy = dy;
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

    static final class InferGrad implements Kernel {
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

        /**
         * @param dy the upstream gradient, as far as the rectifier let it through
         */
        InferGrad(BatchNormInferGrad op, ChannelTiles tiles, Pipeline.Memory m, FloatBuffer dy) {
            this.op = op;
            x = m.of(op.x()).floats();
            this.dy = dy;
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
