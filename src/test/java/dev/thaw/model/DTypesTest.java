package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.List;

/** Integers are never read as the floats that have the same bits. */
class DTypesTest {
    private static Symbol integers() {
        return Input.of(Shape.of(2), DType.INT32);
    }

    @Test
    void aLayerRefusesIntegersByName() {
        assertThatThrownBy(() -> new Dense(1).named("head").apply(integers()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("head: input 0 must be FLOAT32, got INT32")
                .hasMessageContaining("convert the data");
        assertThatThrownBy(() -> new Flatten().apply(Input.of(Shape.of(2), DType.INT64)))
                .hasMessageContaining("got INT64");
    }

    @Test
    void everyInputIsLookedAt() {
        assertThatThrownBy(() -> new Add().named("sum").apply(List.of(Input.of(2), integers())))
                .hasMessageContaining("sum: input 1 must be FLOAT32, got INT32");
    }

    @Test
    void aNetworkHandsOnItsTypes() {
        Symbol x = integers();
        try (Model inner = new Model(x, x).named("same")) {
            assertThat(inner.apply(integers()).dtype()).isEqualTo(DType.INT32);
            assertThatThrownBy(() -> inner.apply(Input.of(2)))
                    .hasMessageContaining("same: input 0 must be INT32, got FLOAT32");
        }
    }

    @Test
    void anUnbuiltSequentialMakesNoFloatsOfIntegers() {
        try (Sequential row = new Sequential(new Dense(1)).named("row")) {
            assertThatThrownBy(() -> row.apply(integers()))
                    .hasMessageContaining("row: input 0 must be FLOAT32, got INT32");
            assertThatThrownBy(() -> row.predict(Tensor.of(new int[] {1, 2}, 1, 2)))
                    .hasMessageContaining("must be FLOAT32, got INT32");
            assertThat(row.predict(Tensor.of(new float[] {1, 2}, 1, 2)).shape())
                    .isEqualTo(Shape.of(1, 1));
        }
    }

    @Test
    void callsInsideALayerAreLookedAtToo() {
        Layer outer =
                new Layer() {
                    private final Layer inner = track(new Dense(1).named("inner"));

                    @Override
                    public boolean takes(int input, DType dtype) {
                        return true;
                    }

                    @Override
                    public List<Shape> outputShapes(List<Shape> inputs) {
                        return inner.outputShapes(inputs);
                    }

                    @Override
                    public List<Value> lower(Lowering l, List<Value> inputs) {
                        return l.call(inner, inputs);
                    }
                };
        Symbol x = integers();
        try (Model model = new Model(x, outer.apply(x))) {
            assertThatThrownBy(() -> model.predict(Tensor.of(new int[] {1, 2}, 1, 2)))
                    .hasMessageContaining("inner: input 0 must be FLOAT32, got INT32");
        }
    }
}
