package dev.thaw.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import org.junit.jupiter.api.Test;

import java.util.List;

/** What explain and summary say where there is little to go by. */
class ExplanationLimitsTest {
    /** Has a weight that its output does not depend on. */
    private static final class Idle extends Layer {
        private final Regularizer regularizer;

        Idle(Regularizer regularizer) {
            this.regularizer = regularizer;
            named("idle");
        }

        @Override
        protected List<WeightSpec> weightSpecs(List<Shape> inputs) {
            return List.of(
                    new WeightSpec(
                            "w",
                            Shape.of(2),
                            Initializer.ones(),
                            true,
                            regularizer,
                            null,
                            DType.FLOAT32));
        }

        @Override
        public List<Shape> outputShapes(List<Shape> inputs) {
            return inputs;
        }

        @Override
        public List<Value> lower(Lowering l, List<Value> inputs) {
            return inputs;
        }
    }

    private static Explanation explained(Regularizer regularizer) {
        Symbol x = Input.of(2);
        try (Model m = new Model(x, new Idle(regularizer).apply(new Dense(2).apply(x)))) {
            return m.explain(Mode.TRAINING);
        }
    }

    @Test
    void aRegularizerChangesAWeightThatNoOutputDependsOn() {
        Explanation e = explained(Regularizer.l2(.1));
        assertThat(e.at("idle").regularizersChange()).containsExactly("w");
        assertThat(e.notes())
                .contains(
                        "idle/w is trainable, but no output depends on it: its regularizer alone"
                                + " changes it.");
        Explanation without = explained(null);
        assertThat(without.at("idle").regularizersChange()).isEmpty();
        assertThat(without.notes())
                .contains(
                        "idle/w is trainable, but no output depends on it: it stays as it is,"
                                + " without weight decay or constraint.");
    }

    @Test
    void anUnbuiltSequentialSaysThatItIsNotBuilt() {
        try (Sequential row = new Sequential(new Dense(2).named("head")).named("row")) {
            assertThatThrownBy(() -> row.explain(Mode.TRAINING))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("row: cannot be explained, as it is not built yet")
                    .hasMessageContaining("call build(..) or give an Input first");
            assertThat(row.summary())
                    .contains("head (Dense)", "not built", "call build(..)")
                    .doesNotContain("Total params");
        }
    }

    @Test
    void unknownExtentsAreTriedUntilTheyFit() {
        Symbol x = Input.of(Shape.of(Shape.NONE, Shape.NONE, 1), DType.FLOAT32);
        Symbol y = new GlobalAveragePooling2D().apply(new Conv2D(2, 5).apply(x));
        try (Model m = new Model(x, y)) {
            assertThat(m.explain(Mode.TRAINING).layers()).hasSize(2);
        }
    }

    @Test
    void unknownExtentsThatNothingFitsAreNamed() {
        Symbol x = Input.of(Shape.of(Shape.NONE, Shape.NONE, 1), DType.FLOAT32);
        Symbol y = new GlobalAveragePooling2D().apply(new Conv2D(2, 500).apply(x));
        try (Model m = new Model(x, y)) {
            assertThatThrownBy(() -> m.explain(Mode.TRAINING))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("[(None, None, None, 1)]; give its Input known extents");
        }
    }
}
