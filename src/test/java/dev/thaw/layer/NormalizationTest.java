package dev.thaw.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.normalization.GroupNormalization;
import dev.thaw.layer.normalization.RMSNormalization;
import dev.thaw.layer.preprocessing.Normalization;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.List;

/** What Normalization learns and refuses; what it computes is compared with Keras elsewhere. */
class NormalizationTest {
    private static final Tensor DATA =
            Tensor.of(new float[] {1, 10, 2, 20, 3, 60, 6, 30}, Shape.of(2, 2, 2));

    @Test
    void adaptLearnsMeanAndBiasedVariancePerChannel() {
        Normalization layer = new Normalization();
        layer.adapt(DATA);
        assertThat(layer.variable("mean").value().floats()).containsExactly(3, 30);
        assertThat(layer.variable("variance").value().floats()).containsExactly(3.5f, 350);
        assertThat(layer.variable("count").value().longs()).containsExactly(0);
        assertThat(layer.trainableWeights()).isEmpty();
    }

    @Test
    void adaptLearnsPerPositionOfSeveralAxesOrOfNone() {
        Normalization two = new Normalization(2, 1);
        two.adapt(DATA);
        assertThat(two.variable("mean").shape()).isEqualTo(Shape.of(2, 2));
        assertThat(two.variable("mean").value().floats()).containsExactly(2, 35, 4, 25);
        assertThat(two.variable("variance").value().floats()).containsExactly(1, 625, 4, 25);
        Normalization none = new Normalization(new int[0]);
        none.adapt(DATA);
        assertThat(none.variable("mean").shape()).isEqualTo(Shape.scalar());
        assertThat(none.variable("mean").value().item()).isEqualTo(16.5f);
        assertThat(none.variable("variance").value().item()).isEqualTo(359);
    }

    @Test
    void adaptSurvivesALargeMean() {
        float[] far = {10_000, 10_001, 10_002};
        Normalization layer = new Normalization();
        layer.adapt(Tensor.of(far, 3, 1));
        assertThat(layer.variable("variance").value().floats()[0]).isEqualTo(2 / 3f);
    }

    @Test
    void adaptingAgainReplacesWhatWasLearnt() {
        Normalization layer = new Normalization();
        layer.adapt(DATA);
        layer.adapt(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2));
        assertThat(layer.variable("mean").value().floats()).containsExactly(2, 3);
    }

    @Test
    void dataThatCannotBeLearntFromIsRefused() {
        Normalization layer = new Normalization();
        layer.named("norm");
        layer.adapt(DATA);
        assertThatThrownBy(() -> layer.adapt(Tensor.of(new float[] {1, 2, 3}, 1, 3)))
                .hasMessageContaining(
                        "norm: has statistics of shape (2,) for axis [-1], got (1, 3)");
        assertThatThrownBy(() -> layer.adapt(Tensor.zeros(Shape.of(0, 2), DType.FLOAT32)))
                .hasMessageContaining("at least one number");
        assertThatThrownBy(() -> layer.adapt(Tensor.of(new int[] {1, 2}, 1, 2)))
                .hasMessageContaining("FLOAT32");
        Normalization given = new Normalization();
        given.statistics(Tensor.of(new float[] {1}), Tensor.of(new float[] {2}));
        assertThatThrownBy(() -> given.adapt(DATA)).hasMessageContaining("are given");
        assertThat(given.outputShapes(List.of(Shape.of(4, 7))).get(0)).isEqualTo(Shape.of(4, 7));
    }

    @Test
    void statisticsThatFitNoAxisAreRefused() {
        Tensor three = Tensor.of(new float[] {1, 2, 3});
        Tensor two = Tensor.of(new float[] {1, 2});
        assertThatThrownBy(() -> new Normalization().statistics(three, two))
                .hasMessageContaining("of one shape");
        assertThatThrownBy(() -> new Normalization(new int[0]).statistics(three, three))
                .hasMessageContaining("at most 0 axes");
        Normalization given = new Normalization().statistics(three, three);
        assertThatThrownBy(() -> given.outputShapes(List.of(Shape.of(4, 2))).get(0))
                .hasMessageContaining("has statistics of shape (3,) for axis [-1], got (4, 2)");
        assertThatThrownBy(
                        () ->
                                new Normalization(1)
                                        .outputShapes(List.of(Shape.of(4, Shape.NONE, 3)))
                                        .get(0))
                .hasMessageContaining("known extents at axis [1]");
    }

    @Test
    void renormalizationRefusesBoundsThatContradict() {
        BatchNormalization layer = new BatchNormalization().renorm(true);
        assertThatThrownBy(() -> layer.renormClipping(2., 1., null))
                .hasMessageContaining("rmax must be at least rmin, got 1.0 and 2.0");
        BatchNormalization other = new BatchNormalization().renorm(true);
        assertThatThrownBy(() -> other.renormClipping(null, null, -1.))
                .hasMessageContaining("dmax must be finite and at least 0, got -1.0");
        assertThatThrownBy(() -> other.renormMomentum(2))
                .hasMessageContaining("renorm_momentum must be in [0, 1]");
    }

    @Test
    void renormalizationBeginsWithTheRootOfTheVariance() {
        BatchNormalization layer =
                new BatchNormalization()
                        .renorm(true)
                        .movingMeanInitializer(Initializer.constant(.5))
                        .movingVarianceInitializer(Initializer.constant(4));
        layer.build(List.of(Shape.of(2, 3)));
        assertThat(layer.weights())
                .extracting(w -> w.spec().name())
                .containsExactly(
                        "gamma",
                        "beta",
                        "moving_mean",
                        "moving_variance",
                        "moving_stddev",
                        "renorm_mean",
                        "renorm_stddev");
        assertThat(layer.variable("moving_variance").value().floats()).containsOnly(4);
        assertThat(layer.variable("moving_stddev").value().floats()).containsOnly(2);
        assertThat(layer.variable("renorm_mean").value().floats()).containsOnly(.5f);
        assertThat(layer.variable("renorm_stddev").value().floats()).containsOnly(2);
    }

    @Test
    void groupsMustDivideTheChannels() {
        assertThatThrownBy(() -> new GroupNormalization(0)).hasMessageContaining("got 0");
        assertThatThrownBy(
                        () ->
                                new GroupNormalization(3)
                                        .outputShapes(List.of(Shape.of(2, 4)))
                                        .get(0))
                .hasMessageContaining("groups must divide the 4 channels of (2, 4), got 3");
        assertThatThrownBy(
                        () ->
                                new GroupNormalization(1)
                                        .axis(0)
                                        .outputShapes(List.of(Shape.of(2, 4)))
                                        .get(0))
                .hasMessageContaining("not the batch");
        assertThatThrownBy(
                        () ->
                                new RMSNormalization()
                                        .axis(1)
                                        .outputShapes(List.of(Shape.of(2, 3, 4)))
                                        .get(0))
                .hasMessageContaining("fit the last axes");
    }
}
