package dev.thaw.layer.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.thaw.layer.Input;
import dev.thaw.layer.LayerNames;
import dev.thaw.layer.Mode;
import dev.thaw.layer.RecordingLowering;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.op.Affine;
import dev.thaw.tensor.Shape;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

class OperatorsTest {
    private static final String NUMPY = "keras.src.ops.numpy";
    private static final Operator.Placeholder X = new Operator.Placeholder(0);

    @BeforeEach
    void countNamesAnew() {
        LayerNames.reset();
    }

    private static Operator of(String className, Map<String, Object> config, Object... args) {
        return new Operator(
                new Operator.Call(NUMPY, className, config, Arrays.asList(args), Map.of()));
    }

    @Test
    void operatorsAreNamedAfterTheirFunctions() {
        Symbol x = Input.of(4);
        Symbol y = Operators.add(Operators.multiply(Operators.multiply(x, 2), 3), x);
        assertThat(y.node().layer().name()).isEqualTo("add");
        assertThat(y.node().inputs().get(0).node().layer().name()).isEqualTo("multiply_1");
        assertThat(y.node().layer()).hasToString("Add add");
        // Keras counts the layers of that name together with the operators
        assertThat(new Add().name()).isEqualTo("add_1");
    }

    @Test
    void shapesFollowNumPy() {
        Symbol x = Input.of(5, 6, 3);
        Symbol row = Input.of(1, 3);
        assertThat(Operators.add(x, row).shape()).hasToString("(None, 5, 6, 3)");
        assertThat(Operators.mean(x, true, 1, 2).shape()).hasToString("(None, 1, 1, 3)");
        assertThat(Operators.sum(x, false, -1).shape()).hasToString("(None, 5, 6)");
        assertThat(Operators.reshape(x, -1, 30, 3).shape()).hasToString("(None, 30, 3)");
        assertThat(Operators.transpose(x, 0, 3, 1, 2).shape()).hasToString("(None, 3, 5, 6)");
        assertThat(Operators.squeeze(Operators.expandDims(x, 1), 1).shape()).isEqualTo(x.shape());
        assertThat(Operators.concatenate(2, x, x).shape()).hasToString("(None, 5, 12, 3)");
        assertThat(Operators.slice(x, 2, 1, -2).shape()).hasToString("(None, 5, 3, 3)");
        assertThat(Operators.matmul(x, Operators.transpose(x, 0, 1, 3, 2)).shape())
                .hasToString("(None, 5, 6, 6)");
        assertThat(Operators.multiply(Input.of(Shape.NONE, 3), row).shape())
                .hasToString("(None, None, 3)");
    }

    @Test
    void aNumberBecomesOneOp() {
        Operator minus = of("Subtract", Map.of(), 1, X);
        Affine op =
                RecordingLowering.lower(minus, Mode.INFERENCE, Shape.of(2, 3)).only(Affine.class);
        assertThat(op.scale()).isEqualTo(-1);
        assertThat(op.shift()).isEqualTo(1);
        assertThat(minus.config()).containsOnlyKeys("name", "trainable");
        assertThat(minus.call().args()).containsExactly(1, X);
    }

    @Test
    void argumentsMayBeGivenByName() {
        Operator o =
                new Operator(
                        new Operator.Call(
                                NUMPY, "Subtract", Map.of(), List.of(), Map.of("x1", 1, "x2", X)));
        assertThat(RecordingLowering.lower(o, Mode.INFERENCE, Shape.of(2)).ops()).hasSize(1);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        refused(() -> of("Sine", Map.of(), X), "there is no operator keras.src.ops.numpy.Sine");
        refused(() -> of("Add", Map.of(), 1, 2), "must have its inputs 0, 1, .. among its");
        refused(() -> of("Add", Map.of(), X, "y"), "x2 must be a tensor or a number, got y");
        refused(() -> of("Exp", Map.of(), X, 1), "takes at most [x], got 2 arguments");
        refused(() -> of("Sum", Map.of("axis", "all"), X), "axis must be whole numbers");
        refused(
                () -> of("Cast", Map.of("dtype", "uint8"), X),
                "casts to float32, bool, int32 or int64, got uint8");
        refused(
                () -> of("Mean", Map.of("axis", 3), X).outputShapes(List.of(Shape.of(2, 3))),
                "axis 3 does not exist in its input (2, 3)");
        refused(() -> of("Add", Map.of(), X, X).outputShapes(List.of()), ": takes 1 inputs, got 0");
        refused(
                () ->
                        of("Reshape", Map.of("newshape", List.of(2, 5)), X)
                                .outputShapes(List.of(Shape.of(3, 4))),
                "newshape [2, 5] does not fit the input (3, 4)");
    }

    @Test
    void theBatchCannotBeCut() {
        List<Shape> x = List.of(Shape.of(Shape.NONE, 4));
        refused(() -> of("GetItem", Map.of(), X, 0).outputShapes(x), "axis 0 is the batch");
        Operator.Range tail = new Operator.Range(1, null, null);
        refused(() -> of("GetItem", Map.of(), X, tail).outputShapes(x), "axis 0 is the batch");
        refused(() -> of("Flip", Map.of("axis", 0), X).outputShapes(x), "cannot flip axis 0");
    }

    @Test
    void subscriptsCountAsInPython() {
        int n = 5;
        assertThat(picked(null, null, null)).containsExactly(0, 1, 2, 3, 4);
        assertThat(picked(-3, null, null)).containsExactly(2, 3, 4);
        assertThat(picked(1, 99, 2)).containsExactly(1, 3);
        assertThat(picked(null, null, -1)).containsExactly(4, 3, 2, 1, 0);
        assertThat(picked(-2, 0, -2)).containsExactly(3, 1);
        assertThat(picked(99, -99, -3)).containsExactly(4, 1);
        refused(() -> picked(3, 3, null), "leaves nothing of " + n);
        refused(() -> picked(0, n, 0), "a slice's step must not be 0");
    }

    private static int[] picked(Integer start, Integer stop, Integer step) {
        Operator.Call call = new Operator.Call(NUMPY, "Exp", Map.of(), List.of(X), Map.of());
        OperatorArguments a = new OperatorArguments(new Flatten(), call, List.of("x"));
        return SubscriptOperators.picked(a, new Operator.Range(start, stop, step), 5);
    }

    private static void refused(ThrowingCallable call, String words) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(words);
    }
}
