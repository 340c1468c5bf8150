package dev.thaw.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import java.util.List;

/** Selections and layers that hold others. */
class SelectionTest {
    /** A custom layer with a weight of its own and a layer inside. */
    private static final class Scaled extends Layer {
        private final Layer inner = track(new Dense(2).named("inner"));

        @Override
        protected List<WeightSpec> weightSpecs(List<Shape> inputs) {
            return List.of(WeightSpec.trainable("scale", Shape.of(2), Initializer.ones()));
        }

        @Override
        public List<Shape> outputShapes(List<Shape> inputs) {
            return inner.outputShapes(inputs);
        }

        @Override
        public List<Value> lower(Lowering l, List<Value> inputs) {
            return l.call(inner, inputs);
        }
    }

    private static Model nested() {
        Sequential base =
                new Sequential(Input.of(2), new Dense(2).named("low"), new Dense(2).named("high"));
        Symbol x = Input.of(2);
        return new Model(x, new Dense(1).named("head").apply(base.named("base").apply(x)));
    }

    private static List<String> trained(Model m) {
        return m.trainableWeights().stream().map(w -> w.layer().name()).distinct().toList();
    }

    @Test
    void aCustomContainersOwnWeightsAreSelectedToo() {
        try (Model m = new Sequential(Input.of(2), new Scaled())) {
            m.freeze(Selection.matching("*"));
            assertThat(m.trainableWeights()).isEmpty();
            m.thaw(Selection.where(l -> l instanceof Scaled));
            assertThat(m.trainableWeights()).hasSize(1);
        }
    }

    @Test
    void aNestedModelIsFoundByNameAndType() {
        try (Model m = nested()) {
            assertThat(m.freeze(Selection.matching("base"))).isGreaterThanOrEqualTo(2);
            assertThat(trained(m)).containsExactly("head");
            m.thaw();
            m.freeze(Selection.ofType(Model.class));
            assertThat(trained(m)).containsExactly("head");
            m.thaw();
            m.freeze(Selection.from("base"));
            assertThat(m.trainableWeights()).isEmpty();
        }
    }

    @Test
    void anOrderReachesIntoANestedModel() {
        try (Model m = nested()) {
            m.freeze(Selection.until("high"));
            assertThat(trained(m)).containsExactly("high", "head");
        }
    }

    @Test
    void anExactNameWinsOverAPrefix() {
        try (Model m =
                new Sequential(
                        Input.of(2),
                        new Dense(2).named("conv_1"),
                        new Dense(2).named("conv"),
                        new Dense(2).named("out"))) {
            m.freeze(Selection.until("conv"));
            assertThat(trained(m)).containsExactly("conv", "out");
        }
    }

    @Test
    void missingArgumentsAreNamed() {
        try (Sequential m = new Sequential(new Dense(1))) {
            missing(() -> m.freeze((Selection) null), "selection");
            missing(() -> m.layer(null), "path");
            missing(() -> m.add(null), "layer");
            missing(() -> m.build(2).explain(null), "explain: mode");
            missing(() -> m.explain().diff(null), "after");
        }
    }

    private static void missing(ThrowingCallable call, String name) {
        assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage(name);
    }

    @Test
    void aSequentialCannotHoldItself() {
        try (Sequential row = new Sequential().named("row")) {
            assertThatThrownBy(() -> row.add(row)).hasMessageContaining("row: cannot hold itself");
        }
    }
}
