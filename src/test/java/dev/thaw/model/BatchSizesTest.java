package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Device;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Padding;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.activation.ReLU;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.convolution.DepthwiseConv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.SplittableRandom;

/** Predictions are the same whatever size they were compiled for, and however a batch was cut. */
final class BatchSizesTest {
    private static final String PROPERTY = "thaw.batch.sizes";

    @AfterEach
    void forgetTheSetting() {
        System.clearProperty(PROPERTY);
    }

    private static Tensor noise(int... dims) {
        SplittableRandom r = new SplittableRandom(7);
        Tensor t = Tensor.zeros(Shape.of(dims), DType.FLOAT32);
        for (int i = 0; i < t.size(); i++) {
            t.floats()[i] = (float) r.nextDouble(-1, 1);
        }
        return t;
    }

    /** With enough between its ops for a few images to run side by side. */
    private static Model images() {
        RandomSeed.set(3);
        Symbol x = Input.of(40, 36, 3);
        Symbol y = new Conv2D(24, 3).padding(Padding.SAME).useBias(false).apply(x);
        y = new ReLU().maxValue(6).apply(new BatchNormalization().apply(y));
        Symbol z = new DepthwiseConv2D(3).padding(Padding.SAME).apply(y);
        z = new BatchNormalization().apply(z);
        y = new ReLU().apply(new Add().apply(y, z));
        y = new GlobalAveragePooling2D().apply(y);
        return new Model(x, new Dense(5, ActivationFunction.SOFTMAX).apply(y));
    }

    private static Model rows() {
        RandomSeed.set(4);
        return new Sequential(
                Input.of(20),
                new Dense(30, ActivationFunction.RELU),
                new BatchNormalization(),
                new Dense(4));
    }

    /** The mean over the batch is taken from each row. */
    private static final class Centered extends Layer {
        @Override
        public List<Shape> outputShapes(List<Shape> inputs) {
            return inputs;
        }

        @Override
        public List<Value> lower(Lowering l, List<Value> inputs) {
            Formula f = l.formula();
            Value x = inputs.get(0);
            Value mean = f.reduce(x, Reduce.Function.MEAN, List.of(0));
            return List.of(f.combine(x, Binary.Function.SUB, mean));
        }
    }

    private static Tensor call(Model model, Tensor x) {
        return model.call(List.of(x), Mode.INFERENCE).get(0);
    }

    private static void requireSame(Tensor got, Tensor expected) {
        assertThat(got.shape()).isEqualTo(expected.shape());
        for (int i = 0; i < got.size(); i++) {
            // sums of up to 1440 terms in another order: a walk of as many roundings
            assertThat((double) got.floats()[i])
                    .isCloseTo(expected.floats()[i], Offset.offset(4 * Math.sqrt(1440) * 0x1p-24));
        }
    }

    private static void sizes(Model model, int... dims) {
        try (Model running = model.on(Device.cpu())) {
            for (int n : new int[] {1, 2, 3, 7, 8, 9, 17, 33, 70}) {
                int[] all = dims.clone();
                all[0] = n;
                Tensor x = noise(all);
                System.clearProperty(PROPERTY);
                Tensor got = call(running, x);
                for (int row = 0; row < n; row += 5) {
                    requireSame(got.rows(row, row + 1), call(running, x.rows(row, row + 1)));
                }
            }
        }
    }

    @Test
    void imagesRunByPieces() {
        sizes(images(), 0, 40, 36, 3);
    }

    @Test
    void rowsRunInPlansThatArePartlyFilled() {
        sizes(rows(), 0, 20);
    }

    @Test
    void whatMixesSamplesRunsAsItIs() {
        Symbol x = Input.of(3);
        try (Model model = new Model(x, new Centered().apply(x)).on(Device.cpu())) {
            for (int n : new int[] {2, 9, 33}) {
                Tensor in = noise(n, 3);
                Tensor got = call(model, in);
                double sum = 0;
                for (int i = 0; i < n; i++) {
                    sum += got.get(i, 1);
                }
                assertThat(sum).isCloseTo(0, Offset.offset(1e-5));
            }
        }
    }

    @Test
    void manySizesShareFewPlans() {
        try (Model model = rows().on(Device.cpu())) {
            String forNine = model.plan(Mode.INFERENCE, 9);
            assertThat(forNine).isEqualTo(model.plan(Mode.INFERENCE, 10));
            System.setProperty(PROPERTY, "exact");
        }
        try (Model model = rows().on(Device.cpu())) {
            String forNine = model.plan(Mode.INFERENCE, 9);
            assertThat(forNine).contains("(9, 30)");
        }
    }
}
