package dev.thaw.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.MatMul;
import dev.thaw.op.MovingAverage;
import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Unary;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Which chains become one op, and which must not. */
final class FusionTest {
    private static final Shape IMAGES = Shape.of(2, 3, 3, 4);

    private final Program p = new Program();
    private final Value x = p.input("x", IMAGES, DType.FLOAT32);
    private final Value other = p.input("other", IMAGES, DType.FLOAT32);
    private final Value moving = p.input("moving", Shape.of(4), DType.FLOAT32);

    private Value train(Value v) {
        p.setScope("bn");
        Value y = p.temp("y", IMAGES);
        Value mean = p.temp("mean", Shape.of(4));
        Value variance = p.temp("variance", Shape.of(4));
        p.emit(new BatchNormTrain(v, null, null, y, mean, variance, 3, 1e-3));
        p.emit(new MovingAverage(moving, mean, .9));
        return y;
    }

    private Value infer(Value v) {
        p.setScope("bn");
        Value y = p.temp("y", IMAGES);
        p.emit(new BatchNormInfer(v, null, null, moving, moving, y, 3, 1e-3));
        return y;
    }

    private Value unary(Value v, Fn.Function function) {
        p.setScope("act");
        Value y = p.temp("act", IMAGES);
        p.emit(new Unary(v, y, Fn.of(function)));
        return y;
    }

    private Value binary(Value a, Value b, Binary.Function function) {
        p.setScope("add");
        Value y = p.temp("sum", IMAGES);
        p.emit(new Binary(a, b, y, function));
        return y;
    }

    private List<String> after(Value... kept) {
        Fusion.apply(p, Set.of(kept));
        return p.instructions().stream()
                .map(Program.Instruction::op)
                .filter(o -> !(o instanceof MovingAverage))
                .map(FusionTest::brief)
                .toList();
    }

    private static String brief(Op op) {
        String name = op.getClass().getSimpleName();
        if (op instanceof BatchNormTrain b) {
            return name + (b.residual() == null ? " " : " + ") + b.rectifier();
        }
        if (op instanceof BatchNormInfer b) {
            return name + (b.residual() == null ? " " : " + ") + b.rectifier();
        }
        return name;
    }

    @ParameterizedTest
    @EnumSource(
            value = Fn.Function.class,
            names = {"RELU", "RELU6"})
    void takesInARectifier(Fn.Function function) {
        Value y = unary(train(x), function);
        assertThat(after(y)).containsExactly("BatchNormTrain " + function);
        assertThat(p.producer(y)).isInstanceOf(BatchNormTrain.class);
        assertThat(p.instructions().get(0).scope()).isEqualTo("bn + act");
    }

    @Test
    void takesInASumAndWhatFollowsIt() {
        for (boolean first : new boolean[] {true, false}) {
            Value n = infer(x);
            Value sum =
                    first
                            ? binary(n, other, Binary.Function.ADD)
                            : binary(other, n, Binary.Function.ADD);
            unary(sum, Fn.Function.RELU);
        }
        assertThat(after()).containsExactly("BatchNormInfer + RELU", "BatchNormInfer + RELU");
    }

    @Test
    void takesInASumThatNoRectifierFollows() {
        binary(train(x), other, Binary.Function.ADD);
        assertThat(after()).containsExactly("BatchNormTrain + NONE");
    }

    @Test
    void ofTwoSummandsTheLaterTakesInTheEarlier() {
        Value shortcut = train(x);
        Value main = train(other);
        unary(binary(shortcut, main, Binary.Function.ADD), Fn.Function.RELU);
        assertThat(after()).containsExactly("BatchNormTrain NONE", "BatchNormTrain + RELU");
    }

    @Test
    void leavesASummandThatIsNotThereYet() {
        Value n = train(x);
        Value late = unary(other, Fn.Function.TANH);
        binary(n, late, Binary.Function.ADD);
        assertThat(after()).containsExactly("BatchNormTrain NONE", "Unary", "Binary");
    }

    @Test
    void leavesWhatSomebodyElseReads() {
        Value n = train(x);
        unary(n, Fn.Function.RELU);
        unary(n, Fn.Function.TANH);
        assertThat(after()).containsExactly("BatchNormTrain NONE", "Unary", "Unary");
    }

    @Test
    void leavesWhatIsAddedToItself() {
        Value n = train(x);
        binary(n, n, Binary.Function.ADD);
        assertThat(after()).containsExactly("BatchNormTrain NONE", "Binary");
    }

    @Test
    void leavesWhatWillBeFetched() {
        Value n = train(x);
        unary(n, Fn.Function.RELU);
        assertThat(after(n)).containsExactly("BatchNormTrain NONE", "Unary");
    }

    @Test
    void leavesASummandThatIsSpreadOut() {
        Value row = p.input("row", Shape.of(4), DType.FLOAT32);
        binary(train(x), row, Binary.Function.ADD);
        assertThat(after()).containsExactly("BatchNormTrain NONE", "Binary");
    }

    @Test
    void leavesEveryOtherFunction() {
        Arrays.stream(Fn.Function.values())
                .filter(k -> k != Fn.Function.RELU && k != Fn.Function.RELU6)
                .forEach(k -> unary(infer(x), k));
        binary(infer(x), other, Binary.Function.MUL);
        assertThat(after()).allMatch(s -> s.equals("BatchNormInfer NONE") || !s.contains(" "));
    }

    @Test
    void aSumAfterARectifierStays() {
        binary(unary(infer(x), Fn.Function.RELU), other, Binary.Function.ADD);
        assertThat(after()).containsExactly("BatchNormInfer RELU", "Binary");
    }

    @Test
    void productsTakeInARectifierOnly() {
        Value a = p.input("a", Shape.of(4, 4), DType.FLOAT32);
        Value product = p.temp("product", a.shape());
        p.emit(new MatMul(a, a, null, product, false, false));
        Value rectified = p.temp("rectified", a.shape());
        p.emit(new Unary(product, rectified, Fn.of(Fn.Function.RELU)));
        Value second = p.temp("second", a.shape());
        p.emit(new MatMul(rectified, a, null, second, false, false));
        p.emit(new Binary(second, rectified, p.temp("sum", a.shape()), Binary.Function.ADD));
        assertThat(after()).containsExactly("MatMul", "MatMul", "Binary");
        assertThat(p.producer(rectified))
                .isEqualTo(new MatMul(a, a, null, rectified, false, false, Rectifier.RELU));
    }

    @Test
    void canBeSwitchedOff() {
        System.setProperty(Fusion.PROPERTY, "false");
        try {
            unary(train(x), Fn.Function.RELU);
            assertThat(after()).containsExactly("BatchNormTrain NONE", "Unary");
        } finally {
            System.clearProperty(Fusion.PROPERTY);
        }
    }
}
