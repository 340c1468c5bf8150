package dev.thaw.graph;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.Symbol;
import dev.thaw.model.Model;
import dev.thaw.op.Affine;
import dev.thaw.op.MatMul;
import dev.thaw.op.Program;
import dev.thaw.op.Reshape;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.function.BiFunction;

/** A layer that breaks its promises gets an error with its name, not a crash. */
class BrokenLayersTest {
    private static void refused(
            BiFunction<Lowering, List<Value>, List<Value>> lower, String... words) {
        Layer broken =
                new Layer() {
                    @Override
                    public List<Shape> outputShapes(List<Shape> inputs) {
                        return inputs;
                    }

                    @Override
                    public List<Value> lower(Lowering l, List<Value> inputs) {
                        return lower.apply(l, inputs);
                    }
                };
        Symbol x = Input.of(3);
        try (Model m = new Model(x, broken.named("broken").apply(x))) {
            for (String w : words) {
                assertThatThrownBy(() -> m.predict(Tensor.full(Shape.of(2, 3), 1)))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(w);
            }
        }
    }

    @Test
    void anotherNumberOfOutputsIsRefused() {
        refused((l, in) -> List.of(), "broken: lower must return", "[(2, 3)], got []");
        refused((l, in) -> List.of(in.get(0), in.get(0)), "broken: lower must return");
    }

    @Test
    void anotherShapeIsRefused() {
        refused(
                (l, in) -> {
                    Value y = l.temp("y", Shape.of(3, 2));
                    l.emit(new Reshape(in.get(0), y));
                    return List.of(y);
                },
                "broken: lower must return",
                "FLOAT32 (3, 2)");
    }

    @Test
    void aResultThatNobodyWroteIsRefused() {
        refused(
                (l, in) -> List.of(l.temp("forgotten", Shape.of(2, 3))),
                "broken: lower returned",
                "forgotten");
    }

    @Test
    void anOperandThatNobodyWroteIsRefused() {
        refused(
                (l, in) -> {
                    Value y = l.temp("y", Shape.of(2, 3));
                    l.emit(new Affine(l.temp("forgotten", Shape.of(2, 3)), y, 1, 0));
                    return List.of(y);
                },
                "of broken reads",
                "forgotten");
    }

    @Test
    void opsRefuseExtentsThatDoNotFit() {
        Program p = new Program();
        Value a = p.input("a", Shape.of(2, 3), DType.FLOAT32);
        Value b = p.input("b", Shape.of(4, 5), DType.FLOAT32);
        Value y = p.temp("y", Shape.of(2, 5));
        assertThatThrownBy(() -> new MatMul(a, b, null, y, false, false))
                .hasMessageContaining("(2, 3) times (4, 5) into (2, 5)");
        assertThatThrownBy(() -> new Reshape(a, y)).hasMessageContaining("(2, 3), got (2, 5)");
    }
}
