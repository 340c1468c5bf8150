package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.graph.Explanation;
import dev.thaw.graph.Resolution.Reason;
import dev.thaw.graph.Selection;
import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.Adam;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What {@code fit} changes, bit by bit, under every way to freeze; and when a changed flag takes
 * effect.
 */
class FreezingTest {
    private static final Tensor X = noise(96, 8, 1);
    private static final Tensor Y = noise(96, 2, 2);
    private static final FitOptions SILENT =
            FitOptions.epochs(2).withVerbosity(FitOptions.Verbosity.SILENT).withSeed(3);

    private Model base;
    private Model model;

    /** How the base is held still. */
    enum Hold {
        FROZEN,
        BAKED,
        BOTH
    }

    @BeforeEach
    void seed() {
        RandomSeed.set(11);
    }

    @AfterEach
    void close() {
        if (model != null) {
            model.close();
        }
    }

    private void build(Mode baked) {
        Symbol b = Input.of(8);
        Symbol h = new Dense(6, ActivationFunction.TANH).named("dense_a").apply(b);
        h = new BatchNormalization().named("bn_a").apply(h);
        h = new Dense(5, ActivationFunction.TANH).named("dense_b").apply(h);
        h = new BatchNormalization().named("bn_b").apply(h);
        base = new Model(b, h).named("base");
        Symbol in = Input.of(8);
        Symbol y = baked == null ? base.apply(in) : base.apply(in, baked);
        y = new Dropout(.2).named("drop").apply(y);
        model = new Model(in, new Dense(2).named("head").apply(y)).named("outer");
    }

    private Set<String> changedByFit() {
        Map<String, Tensor> before = snapshot();
        model.compile(new Adam(.01), new MeanSquaredError());
        model.fit(X, Y, SILENT);
        return changed(before);
    }

    private Map<String, Tensor> snapshot() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        model.weights()
                .forEach(
                        w ->
                                all.put(
                                        w.layer().name() + "/" + w.spec().name(),
                                        w.variable().value().copy()));
        return all;
    }

    private Set<String> changed(Map<String, Tensor> before) {
        Set<String> names = new HashSet<>();
        snapshot()
                .forEach(
                        (k, v) -> {
                            if (!v.bitEquals(before.get(k))) {
                                names.add(k);
                            }
                        });
        return names;
    }

    @ParameterizedTest
    @EnumSource(Hold.class)
    void heldStillTheBasesStatisticsKeepEveryBit(Hold hold) {
        build(hold == Hold.FROZEN ? null : Mode.INFERENCE);
        if (hold != Hold.BAKED) {
            base.freeze();
        }
        Set<String> changed = changedByFit();
        assertThat(changed).contains("head/kernel", "head/bias");
        assertThat(changed).noneMatch(n -> n.contains("moving"));
        if (hold == Hold.BAKED) {
            assertThat(changed).contains("dense_a/kernel", "bn_a/gamma", "bn_a/beta", "bn_b/gamma");
        } else {
            assertThat(changed).allMatch(n -> n.startsWith("head/"));
        }
    }

    @Test
    void nothingHeldEverythingMoves() {
        build(null);
        assertThat(changedByFit()).hasSize(model.weights().size());
    }

    @Test
    void aNormalizationThawedInsideAFrozenBaseTrainsAndMoves() {
        build(null);
        base.freeze();
        base.layer("bn_b").setTrainable(true);
        assertThat(base.trainableWeights()).isEmpty();
        assertThat(model.trainableWeights()).extracting(w -> w.layer().name()).contains("bn_b");
        assertThat(changedByFit())
                .containsExactlyInAnyOrder(
                        "bn_b/gamma",
                        "bn_b/beta",
                        "bn_b/moving_mean",
                        "bn_b/moving_variance",
                        "head/kernel",
                        "head/bias");
    }

    @Test
    void aNormalizationThawedInsideABakedAndFrozenBaseTrainsOnItsStatistics() {
        build(Mode.INFERENCE);
        base.freeze();
        base.layer("bn_b").setTrainable(true);
        assertThat(changedByFit())
                .containsExactlyInAnyOrder("bn_b/gamma", "bn_b/beta", "head/kernel", "head/bias");
    }

    @Test
    void aFrozenRootTrainsNothingButAThawedNormalizationStillMoves() {
        build(null);
        model.freeze();
        base.layer("bn_a").setTrainable(true);
        assertThat(model.trainableWeights()).isEmpty();
        assertThat(changedByFit())
                .containsExactlyInAnyOrder("bn_a/moving_mean", "bn_a/moving_variance");
    }

    @Test
    void gradientsFlowThroughAFrozenNormalizationToWhatLiesBelow() {
        build(null);
        base.layer("bn_a").setTrainable(false);
        base.layer("bn_b").setTrainable(false);
        assertThat(changedByFit())
                .contains("dense_a/kernel", "dense_b/kernel")
                .noneMatch(n -> n.startsWith("bn_"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aChangedFlagTakesEffectAtTheNextStepWithoutCompiling(boolean fromTrainable) {
        build(null);
        base.setTrainable(fromTrainable);
        model.compile(new Adam(.01), new MeanSquaredError());
        model.fit(X, Y, SILENT);
        base.setTrainable(!fromTrainable);
        Map<String, Tensor> before = snapshot();
        model.trainOnBatch(X, Y);
        boolean baseChanged = changed(before).stream().anyMatch(n -> !n.startsWith("head/"));
        assertThat(baseChanged).isEqualTo(!fromTrainable);
    }

    @Test
    void aFrozenDropoutStillDrops() {
        Dropout drop = new Dropout(.5);
        drop.setTrainable(false);
        Symbol in = Input.of(8);
        model = new Model(in, drop.apply(in));
        Tensor y = model.call(Tensor.full(X.shape(), 1), Mode.TRAINING);
        assertThat(y.floats()).contains(0f, 2f);
    }

    @Test
    void weightsMadeLaterUnderAFrozenLayerAreFrozenAndThaw() {
        Dense dense = new Dense(3);
        dense.setTrainable(false);
        Symbol in = Input.of(8);
        model = new Model(in, dense.apply(in));
        assertThat(model.trainableWeights()).isEmpty();
        dense.setTrainable(true);
        assertThat(model.trainableWeights()).hasSize(2);
    }

    @Test
    void selectionsFreezeByNameTypeAndOrder() {
        build(null);
        model.freeze(Selection.until("dense_b"));
        assertThat(base.layer("dense_a").trainable()).isFalse();
        assertThat(base.layer("bn_a").trainable()).isFalse();
        assertThat(base.layer("dense_b").trainable()).isTrue();
        model.thaw(Selection.ofType(BatchNormalization.class));
        assertThat(base.layer("bn_a").trainable()).isTrue();
        model.freeze(Selection.matching("bn_*"));
        assertThat(base.layer("bn_b").trainable()).isFalse();
        model.freeze(Selection.from("head"));
        assertThat(model.layer("head").trainable()).isFalse();
        assertThat(base.trainable()).as("a selection leaves containers alone").isTrue();
    }

    @Test
    void explanationsSayWhyAndTheirDifferenceSaysWhatAThawChanged() {
        build(Mode.INFERENCE);
        base.freeze();
        Explanation frozen = model.explain(Mode.TRAINING);
        assertThat(frozen.at("base").reason()).isEqualTo(Reason.BAKED);
        assertThat(frozen.at("base/bn_a").reason()).isEqualTo(Reason.INHERITED);
        assertThat(frozen.at("base/bn_a").flow()).isEqualTo(Explanation.GradientFlow.NOT_REACHED);
        assertThat(frozen.at("drop").random()).containsExactly("drops 20.0%");
        assertThat(frozen.at("head").flow()).isEqualTo(Explanation.GradientFlow.STOPS);
        assertThat(frozen.at("head").gradientsChange()).containsExactly("kernel", "bias");
        base.thaw();
        Explanation thawed = model.explain(Mode.TRAINING);
        assertThat(thawed.at("base/bn_a").mode()).isEqualTo(Mode.INFERENCE);
        assertThat(thawed.at("base/bn_a").gradientsChange()).containsExactly("gamma", "beta");
        assertThat(thawed.at("base/bn_a").statisticsMove()).isEmpty();
        assertThat(thawed.at("base/dense_a").flow()).isEqualTo(Explanation.GradientFlow.STOPS);
        assertThat(frozen.diff(thawed).changes())
                .extracting(c -> c.after().path())
                .contains("base/bn_a", "base/dense_a", "head");
        assertThat(frozen.diff(thawed).toText(200))
                .contains("frozen; not reached")
                .contains("changes gamma, beta");
        assertThat(frozen.diff(frozen).toString()).contains("nothing changed");
    }

    @Test
    void aFrozenNormalizationUnderFitIsExplainedAsFrozen() {
        build(null);
        base.freeze();
        Explanation.Entry bn = model.explain(Mode.TRAINING).at("base/bn_a");
        assertThat(bn.mode()).isEqualTo(Mode.INFERENCE);
        assertThat(bn.reason()).isEqualTo(Reason.FROZEN);
        assertThat(bn.why()).contains("training").contains("trainable is false");
    }

    private static Tensor noise(int rows, int width, long seed) {
        java.util.SplittableRandom r = new java.util.SplittableRandom(seed);
        float[] v = new float[rows * width];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) (r.nextDouble() * 2 - 1);
        }
        return Tensor.of(v, rows, width);
    }
}
