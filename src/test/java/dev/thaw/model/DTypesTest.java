package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.spi.Device;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.WholeType;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.preprocessing.Interpolation;
import dev.thaw.layer.preprocessing.Rescaling;
import dev.thaw.layer.preprocessing.Resizing;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.List;

/** Whole numbers become floats where a layer computes with those; never are bits misread. */
class DTypesTest {
    private static final Tensor TWO = Tensor.of(new int[] {1, 2}, 1, 2);

    private static Symbol integers() {
        return Input.of(Shape.of(2), DType.INT32);
    }

    private static Dense sum() {
        return new Dense(1).kernelInitializer(Initializer.ones());
    }

    private static float[] run(Symbol x, Symbol y, Tensor data) {
        try (Model model = new Model(x, y).on(Device.cpu())) {
            return model.predict(data).floats();
        }
    }

    @Test
    void aLayerOfFloatsTakesWholeNumbers() {
        Symbol x = integers();
        assertThat(run(x, sum().apply(x), TWO)).containsExactly(3);
        Symbol counts = Input.of(Shape.of(2), DType.INT64);
        Tensor large = Tensor.of(new long[] {1L << 40, -1}, Shape.of(1, 2));
        assertThat(run(counts, new Add().apply(counts, counts), large))
                .containsExactly(0x1p41f, -2);
    }

    @Test
    void anInputOfFloatsTakesWholeNumbers() {
        Symbol x = Input.of(2);
        assertThat(run(x, sum().apply(x), TWO)).containsExactly(3);
    }

    @Test
    void twoInputsMayDiffer() {
        Symbol x = integers();
        Symbol y = new Add().apply(List.of(x, new Rescaling(.5).apply(x)));
        assertThat(run(x, y, TWO)).containsExactly(1.5f, 3);
    }

    /** What a layer takes is up to it; this one wants whole numbers. */
    private static final class Whole extends Layer {
        @Override
        public boolean takes(int input, DType dtype) {
            return dtype == DType.INT32;
        }

        @Override
        public DType outputDType(int output) {
            return DType.INT32;
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

    @Test
    void floatsAreNotMadeWhole() {
        assertThatThrownBy(() -> new Whole().named("whole").apply(Input.of(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("whole: input 0 must be INT32, got FLOAT32")
                .hasMessageContaining("make its Input of that type");
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
    void anUnbuiltSequentialTakesWholeNumbers() {
        Symbol x = integers();
        assertThat(run(x, new Sequential(sum()).apply(x), TWO)).containsExactly(3);
        try (Sequential row = new Sequential(sum()).named("row")) {
            assertThat(row.predict(TWO).floats()).containsExactly(3);
            assertThat(row.predict(Tensor.of(new float[] {1, 2}, 1, 2)).floats())
                    .containsExactly(3);
        }
    }

    /** Overshoot would leave the bounds of a pixel. */
    @Test
    void pixelsStayPixels() {
        Symbol x = Input.named("pixels", Shape.of(Shape.NONE, 1, 4, 1), WholeType.UINT8);
        Symbol y = new Resizing(1, 8).interpolation(Interpolation.BICUBIC).apply(x);
        float[] wide = run(x, y, Tensor.of(new int[] {0, 0, 255, 255}, 1, 1, 4, 1));
        for (float v : wide) {
            assertThat(v).isBetween(0f, 255f).isEqualTo(Math.round(v));
        }
    }

    @Test
    void callsInsideALayerCastToo() {
        Layer outer =
                new Layer() {
                    private final Layer inner = track(sum());

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
        assertThat(run(x, outer.apply(x), TWO)).containsExactly(3);
    }
}
