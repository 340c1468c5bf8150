package dev.thaw.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.op.Affine;
import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.MovingAverage;
import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import org.junit.jupiter.api.Test;

import java.util.List;

/** Which moving statistics move together, and what must not see them late or early. */
final class JoinedAveragesTest {
    private static final Shape C = Shape.of(4);

    private final Program p = new Program();
    private final Value batch = p.input("batch", C, DType.FLOAT32);
    private final Value a = state("a");
    private final Value b = state("b");

    private Value state(String name) {
        return p.variable(Variable.state(name, Tensor.full(C, 1)));
    }

    private void move(Value moving, Value statistic, double momentum) {
        p.setScope("of " + moving.name());
        p.emit(new MovingAverage(moving, statistic, momentum));
    }

    private Value other(Value x) {
        Value y = p.temp("y", C);
        p.emit(new Affine(x, y, 2, 0));
        return y;
    }

    private List<Op> joined() {
        JoinedAverages.apply(p);
        return p.instructions().stream().map(Program.Instruction::op).toList();
    }

    @Test
    void allMoveAtTheEnd() {
        move(a, batch, .9);
        Value y = other(batch);
        move(b, y, .9);
        other(y);
        assertThat(joined())
                .satisfiesExactly(
                        op -> assertThat(op).isInstanceOf(Affine.class),
                        op -> assertThat(op).isInstanceOf(Affine.class),
                        op ->
                                assertThat(op)
                                        .isEqualTo(
                                                new MovingAverage(
                                                        List.of(a, b), List.of(batch, y), .9)));
        assertThat(p.instructions().get(2).scope()).isEqualTo("of a + 1 more");
    }

    @Test
    void eachMomentumHasItsOwn() {
        move(a, batch, .9);
        move(b, batch, .99);
        assertThat(joined())
                .containsExactly(new MovingAverage(a, batch, .9), new MovingAverage(b, batch, .99));
        assertThat(p.instructions().get(1).scope()).isEqualTo("of b");
    }

    @Test
    void aLayerThatIsCalledTwiceMovesTwiceInOrder() {
        Value later = other(batch);
        move(a, batch, .9);
        move(b, batch, .9);
        move(a, later, .9);
        assertThat(joined().subList(1, 3))
                .containsExactly(
                        new MovingAverage(List.of(a, b), List.of(batch, batch), .9),
                        new MovingAverage(a, later, .9));
    }

    @Test
    void whoReadsAStatisticReadsWhatItWouldHaveRead() {
        Value y = p.temp("y", C);
        Op before = new BatchNormInfer(batch, null, null, a, b, y, 0, 1e-3);
        Value z = p.temp("z", C);
        Op after = new BatchNormInfer(batch, null, null, a, b, z, 0, 1e-3);
        p.emit(before);
        move(a, batch, .9);
        move(b, batch, .9);
        p.emit(after);
        assertThat(joined())
                .containsExactly(
                        before, new MovingAverage(List.of(a, b), List.of(batch, batch), .9), after);
    }

    @Test
    void aStatisticThatIsTheNextOnesBatchMovesFirst() {
        move(a, batch, .9);
        move(b, a, .9);
        assertThat(joined())
                .containsExactly(new MovingAverage(a, batch, .9), new MovingAverage(b, a, .9));
    }

    @Test
    void aBatchThatChangesIsReadBefore() {
        move(a, b, .9);
        move(b, batch, .9);
        assertThat(joined())
                .containsExactly(new MovingAverage(a, b, .9), new MovingAverage(b, batch, .9));
    }
}
