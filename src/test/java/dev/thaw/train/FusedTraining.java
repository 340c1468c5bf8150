package dev.thaw.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Backend;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Padding;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.Weight;
import dev.thaw.layer.activation.ReLU;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.model.Model;
import dev.thaw.plan.BatchNormFolding;
import dev.thaw.plan.Fusion;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.AfterEach;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A network with each kind of chain trains with fused ops as it does without. */
abstract class FusedTraining {
    static final int STEPS = 4;

    /** Which normalizations stand still. */
    enum Hold {
        NONE,
        FROZEN,
        BAKED
    }

    /** A backend for the test. */
    abstract Backend backend();

    @AfterEach
    void forgetTheSetting() {
        System.clearProperty(Fusion.PROPERTY);
        System.clearProperty(BatchNormFolding.PROPERTY);
    }

    static Tensor noise(long seed, int... dims) {
        SplittableRandom r = new SplittableRandom(seed);
        Tensor t = Tensor.zeros(Shape.of(dims), DType.FLOAT32);
        for (int i = 0; i < t.size(); i++) {
            t.floats()[i] = (float) (r.nextDouble() * 2 - 1);
        }
        return t;
    }

    /** conv, BN, ReLU6; conv, BN, add, ReLU; conv, BN, add; BN alone; dense. */
    static Model network(Hold hold) {
        RandomSeed.set(5);
        Symbol in = Input.of(6, 6, 2);
        Symbol h = new Conv2D(4, 3).padding(Padding.SAME).apply(in);
        h = new ReLU().maxValue(6).apply(normalize(hold, "bn_relu6", h));
        Symbol main = new Conv2D(4, 3).padding(Padding.SAME).apply(h);
        main = normalize(hold, "bn_add_relu", main);
        h = new ReLU().apply(new Add().apply(List.of(h, main)));
        main = normalize(hold, "bn_add", new Conv2D(4, 1).apply(h));
        h = new Add().apply(List.of(main, h));
        h = new ReLU().apply(normalize(hold, "bn_relu", h));
        return new Model(in, new Dense(3).apply(new Flatten().apply(h)));
    }

    private static Symbol normalize(Hold hold, String name, Symbol x) {
        Layer bn = new BatchNormalization().named(name);
        Symbol y = hold == Hold.BAKED ? bn.apply(x, Mode.INFERENCE) : bn.apply(x);
        bn.setTrainable(hold != Hold.FROZEN);
        return y;
    }

    record Trained(List<Tensor> weights, List<Double> losses, String plan) {}

    Trained train(Hold hold, boolean fused) {
        System.setProperty(Fusion.PROPERTY, "" + fused);
        // which rounds in other places
        System.setProperty(BatchNormFolding.PROPERTY, "false");
        Model model = network(hold);
        Tensor x = noise(1, 10, 6, 6, 2);
        Tensor y = noise(2, 10, 3);
        try (Model running = model.on(backend())) {
            running.compile(Compilation.of(new SGD(.05), new MeanSquaredError()));
            List<Double> losses = new ArrayList<>();
            for (int i = 0; i < STEPS; i++) {
                losses.add(running.trainOnBatch(x, y).get("loss"));
            }
            losses.add((double) running.call(List.of(x), Mode.INFERENCE).get(0).floats()[0]);
            List<Tensor> weights = new ArrayList<>();
            for (Weight w : model.weights()) {
                weights.add(w.variable().value());
            }
            return new Trained(weights, losses, running.trainingPlan(10));
        }
    }

    static void requirePlans(Trained fused, Trained separate) {
        assertThat(separate.plan)
                .contains("fn=RELU)", "fn=RELU6)")
                .doesNotContain("rectifier=RELU");
        assertThat(fused.plan)
                .contains("rectifier=RELU6", "rectifier=RELU,", "residual=")
                .doesNotContain("fn=RELU");
    }

    /** The same chains, the same numbers. */
    void requireSameBits(Hold hold) {
        Trained separate = train(hold, false);
        Trained fused = train(hold, true);
        requirePlans(fused, separate);
        assertThat(fused.losses).isEqualTo(separate.losses);
        for (int i = 0; i < fused.weights.size(); i++) {
            assertThat(fused.weights.get(i).bitEquals(separate.weights.get(i)))
                    .as("weight %d of shape %s", i, fused.weights.get(i).shape())
                    .isTrue();
        }
    }
}
