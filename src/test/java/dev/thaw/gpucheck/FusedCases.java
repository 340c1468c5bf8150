package dev.thaw.gpucheck;

import dev.thaw.gpucheck.OpCases.OpCase;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.BatchNormTrainGrad;
import dev.thaw.op.Binary;
import dev.thaw.op.Op;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Unary;
import dev.thaw.op.UnaryGrad;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Batch normalization with what follows it, in one op and, under names that end in {@code apart},
 * in several. Both count the traffic that the one op needs at the least.
 */
final class FusedCases {
    private static final double EPSILON = 1e-3;

    private final List<OpCase> all;
    private final String name;
    private final Shape s;

    private FusedCases(List<OpCase> all, String name, Shape s) {
        this.all = all;
        this.name = name;
        this.s = s;
    }

    static void addTo(List<OpCase> all, String name, Shape s) {
        FusedCases c = new FusedCases(all, name, s);
        c.both("BatchNormReLU6", 3, r -> c.fused(r, Rectifier.RELU6, false), c::reluApart);
        c.both("BatchNormReLU6Grad", 7, r -> c.grad(r, Rectifier.RELU6, false), c::reluGradApart);
        c.both("BatchNormAddReLU", 4, r -> c.fused(r, Rectifier.RELU, true), c::addApart);
        c.both("BatchNormAddReLUGrad", 8, r -> c.grad(r, Rectifier.RELU, true), c::addGradApart);
    }

    private void both(String op, int arrays, Consumer<OpRun> one, Consumer<OpRun> several) {
        double bytes = (double) arrays * s.size() * Float.BYTES;
        all.add(new OpCase(op, name, bytes, 0, false, one));
        all.add(new OpCase(op + " apart", name, bytes, 0, false, several));
    }

    private int channels() {
        return s.last();
    }

    private void fused(OpRun r, Rectifier rectifier, boolean sum) {
        int c = channels();
        r.emit(
                new BatchNormTrain(
                        r.in(s),
                        r.in(c),
                        r.in(c),
                        sum ? r.in(s) : null,
                        r.out(s),
                        r.out(c),
                        r.out(c),
                        rectifier,
                        3,
                        EPSILON));
    }

    private Value normalized(OpRun r) {
        int c = channels();
        Value y = r.out(s);
        r.emit(new BatchNormTrain(r.in(s), r.in(c), r.in(c), y, r.out(c), r.out(c), 3, EPSILON));
        return y;
    }

    private void reluApart(OpRun r) {
        r.emit(new Unary(normalized(r), r.out(s), Rectifier.RELU6.fn()));
    }

    private void addApart(OpRun r) {
        Value sum = r.out(s);
        r.emit(new Binary(normalized(r), r.in(s), sum, Binary.Function.ADD));
        r.emit(new Unary(sum, r.out(s), Rectifier.RELU.fn()));
    }

    private void grad(OpRun r, Rectifier rectifier, boolean sum) {
        int c = channels();
        r.emit(
                new BatchNormTrainGrad(
                        r.in(s),
                        r.in(s),
                        r.in(s),
                        r.in(c),
                        r.in(c),
                        r.in(c),
                        r.out(s),
                        sum ? r.out(s) : null,
                        r.out(c),
                        r.out(c),
                        rectifier,
                        3,
                        EPSILON));
    }

    private void gradApart(OpRun r, Rectifier rectifier) {
        int c = channels();
        Value passed = r.out(s);
        List<Op> ops = new ArrayList<>();
        ops.add(new UnaryGrad(r.in(s), r.in(s), r.in(s), passed, rectifier.fn()));
        ops.add(
                new BatchNormTrainGrad(
                        r.in(s), passed, r.in(c), r.in(c), r.in(c), r.out(s), r.out(c), r.out(c), 3,
                        EPSILON));
        ops.forEach(r::emit);
    }

    private void reluGradApart(OpRun r) {
        gradApart(r, Rectifier.RELU6);
    }

    /** The residual's gradient is what the rectifier passed, which is there anyway. */
    private void addGradApart(OpRun r) {
        gradApart(r, Rectifier.RELU);
    }
}
