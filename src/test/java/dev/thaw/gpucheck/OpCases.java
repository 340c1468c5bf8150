package dev.thaw.gpucheck;

import dev.thaw.op.ApplyRule;
import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.BatchNormInferGrad;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.BatchNormTrainGrad;
import dev.thaw.op.BiasGrad;
import dev.thaw.op.Binary;
import dev.thaw.op.Draw;
import dev.thaw.op.Dropout;
import dev.thaw.op.Fn;
import dev.thaw.op.LayerNorm;
import dev.thaw.op.LayerNormGrad;
import dev.thaw.op.MatMul;
import dev.thaw.op.MovingAverage;
import dev.thaw.op.Reduce;
import dev.thaw.op.Softmax;
import dev.thaw.op.SoftmaxCrossEntropy;
import dev.thaw.op.SoftmaxCrossEntropyGrad;
import dev.thaw.op.Transpose;
import dev.thaw.op.Unary;
import dev.thaw.op.UnaryGrad;
import dev.thaw.op.UpdateRule;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * What is timed. The traffic of a case is what the op must move at the least, each large operand
 * once for each pass that it cannot do without: batch normalization reads its argument twice.
 */
final class OpCases {
    private static final double EPSILON = 1e-3;
    private static final double RATE = 0.5;

    /** The weights of an optimizer's case fall into this many tensors. */
    private static final int TENSORS = 64;

    /**
     * One op on one shape.
     *
     * @param op its name, the same in the script for PyTorch
     * @param shape its geometry in words, which that script reads
     * @param bytes traffic at the least; 0 where arithmetic bounds it
     * @param flops arithmetic; 0 where traffic bounds it
     * @param library whether cuBLAS or cuDNN runs it
     * @param body declares operands and emits the op
     */
    record OpCase(
            String op,
            String shape,
            double bytes,
            double flops,
            boolean library,
            Consumer<OpRun> body) {}

    private final List<OpCase> all = new ArrayList<>();

    private OpCases() {}

    /**
     * Shapes as in networks, the goals' first; or small ones for a sanitizer and for a try without
     * a GPU: crooked ones, and such that kernels take several channels at once and a row in a
     * block.
     */
    static List<OpCase> of(boolean quick) {
        OpCases c = new OpCases();
        String[] images =
                quick
                        ? new String[] {"3x5x7x13", "2x9x7x36"}
                        : new String[] {
                            "64x56x56x256", "128x56x56x256", "64x112x112x32", "64x7x7x2048"
                        };
        for (String s : images) {
            c.images(s, Shape.of(ints(s)));
            FusedCases.addTo(c.all, s, Shape.of(ints(s)));
        }
        for (String s :
                quick
                        ? new String[] {"11x37", "3x1100"}
                        : new String[] {"32768x1024", "4096x1000"}) {
            c.rows(s, ints(s)[0], ints(s)[1]);
        }
        for (String s :
                quick ? new String[] {"64x3x5"} : new String[] {"64x56x56x256", "64x400000"}) {
            c.optimizers(s, Shape.of(Arrays.stream(ints(s)).skip(1).toArray()));
        }
        for (String s :
                quick
                        ? new String[] {"5x7x3"}
                        : new String[] {
                            "4096x4096x4096", "1024x1024x1024", "64x2048x1000", "32x784x300"
                        }) {
            c.product(s, ints(s));
        }
        WindowCases.addTo(c.all, quick);
        return c.all;
    }

    static int[] ints(String shape) {
        return Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
    }

    private void moves(String op, String shape, double arrays, Shape s, Consumer<OpRun> body) {
        all.add(new OpCase(op, shape, arrays * s.size() * Float.BYTES, 0, false, body));
    }

    private void images(String name, Shape s) {
        int c = s.dim(3);
        moves(
                "BatchNormTrain",
                name,
                3,
                s,
                r ->
                        r.emit(
                                new BatchNormTrain(
                                        r.in(s), r.in(c), r.in(c), r.out(s), r.out(c), r.out(c), 3,
                                        EPSILON)));
        moves(
                "BatchNormTrainGrad",
                name,
                5,
                s,
                r ->
                        r.emit(
                                new BatchNormTrainGrad(
                                        r.in(s), r.in(s), r.in(c), r.in(c), r.in(c), r.out(s),
                                        r.out(c), r.out(c), 3, EPSILON)));
        moves(
                "BatchNormInfer",
                name,
                2,
                s,
                r ->
                        r.emit(
                                new BatchNormInfer(
                                        r.in(s), r.in(c), r.in(c), r.in(c), r.in(c), r.out(s), 3,
                                        EPSILON)));
        moves(
                "BatchNormInferGrad",
                name,
                3,
                s,
                r ->
                        r.emit(
                                new BatchNormInferGrad(
                                        r.in(s), r.in(s), r.in(c), r.in(c), r.in(c), r.out(s),
                                        r.out(c), r.out(c), 3, EPSILON)));
        elementwise(name, s);
        moves("BiasGrad", name, 1, s, r -> r.emit(new BiasGrad(r.in(s), r.out(c))));
        moves(
                "GlobalAverage",
                name,
                1,
                s,
                r ->
                        r.emit(
                                new Reduce(
                                        r.in(s),
                                        r.out(s.dim(0), 1, 1, c),
                                        Reduce.Function.MEAN,
                                        List.of(1, 2))));
        moves(
                "Transpose",
                name,
                2,
                s,
                r ->
                        r.emit(
                                new Transpose(
                                        r.in(s),
                                        r.out(s.dim(0), c, s.dim(1), s.dim(2)),
                                        List.of(0, 3, 1, 2))));
    }

    private void elementwise(String name, Shape s) {
        Fn relu = Fn.of(Fn.Function.RELU);
        Fn gelu = Fn.of(Fn.Function.GELU);
        moves(
                "Dropout",
                name,
                2,
                s,
                r ->
                        r.emit(
                                new Dropout(
                                        r.in(s),
                                        r.in(Tensor.scalar(7L)),
                                        r.out(s),
                                        new Draw(42, 0),
                                        s,
                                        RATE,
                                        1 / (1 - RATE))));
        moves("ReLU", name, 2, s, r -> r.emit(new Unary(r.in(s), r.out(s), relu)));
        moves(
                "ReLUGrad",
                name,
                3,
                s,
                r -> r.emit(new UnaryGrad(r.in(s), r.in(s), r.in(s), r.out(s), relu)));
        moves("GELU", name, 2, s, r -> r.emit(new Unary(r.in(s), r.out(s), gelu)));
        moves(
                "Add",
                name,
                3,
                s,
                r -> r.emit(new Binary(r.in(s), r.in(s), r.out(s), Binary.Function.ADD)));
        moves(
                "MovingAverage",
                name,
                3,
                s,
                r -> r.emit(new MovingAverage(r.state(s), r.in(s), 0.99)));
    }

    private void rows(String name, int rows, int columns) {
        Shape s = Shape.of(rows, columns);
        moves(
                "LayerNorm",
                name,
                2,
                s,
                r ->
                        r.emit(
                                new LayerNorm(
                                        r.in(s),
                                        r.in(columns),
                                        r.in(columns),
                                        r.out(s),
                                        r.out(rows),
                                        r.out(rows),
                                        EPSILON)));
        moves(
                "LayerNormGrad",
                name,
                3,
                s,
                r ->
                        r.emit(
                                new LayerNormGrad(
                                        r.in(s),
                                        r.in(s),
                                        r.in(columns),
                                        r.in(rows),
                                        r.in(rows),
                                        r.out(s),
                                        r.out(columns),
                                        r.out(columns),
                                        EPSILON)));
        moves("Softmax", name, 2, s, r -> r.emit(new Softmax(r.in(s), r.out(s))));
        moves(
                "SoftmaxCrossEntropy",
                name,
                1,
                s,
                r ->
                        r.emit(
                                new SoftmaxCrossEntropy(
                                        r.in(s), r.labels(rows, columns), r.out(rows))));
        moves(
                "SoftmaxCrossEntropyGrad",
                name,
                2,
                s,
                r ->
                        r.emit(
                                new SoftmaxCrossEntropyGrad(
                                        r.in(s), r.labels(rows, columns), r.in(rows), r.out(s))));
    }

    private void optimizers(String name, Shape each) {
        optimizer("Adam", name, each, new UpdateRule.Adam(0.9, 0.999, 1e-7));
        optimizer("SGD momentum", name, each, new UpdateRule.Momentum(0.9));
        optimizer("RMSprop", name, each, new UpdateRule.Rmsprop(0.9, 0, 1e-7, false));
    }

    /** Reads the gradients, reads and writes weights and slots. */
    private void optimizer(String op, String name, Shape each, UpdateRule rule) {
        double n = (double) TENSORS * each.size() * Float.BYTES;
        double times = 3 + 2 * rule.slots().size();
        all.add(new OpCase(op, name, times * n, 0, false, r -> update(r, each, rule)));
    }

    private static void update(OpRun r, Shape each, UpdateRule rule) {
        r.emit(
                new ApplyRule(
                        rule,
                        states(r, each),
                        gradients(r, each),
                        rule.slots().stream().map(s -> states(r, each)).toList(),
                        null,
                        r.in(Tensor.scalar(1e-3f)),
                        r.in(Tensor.scalar(3L)),
                        r.in(Tensor.scalar(-1L)),
                        0,
                        0));
    }

    private static List<Value> states(OpRun r, Shape each) {
        List<Value> list = new ArrayList<>();
        for (int i = 0; i < TENSORS; i++) {
            list.add(r.state(each));
        }
        return list;
    }

    private static List<Value> gradients(OpRun r, Shape each) {
        List<Value> list = new ArrayList<>();
        for (int i = 0; i < TENSORS; i++) {
            list.add(r.in(each));
        }
        return list;
    }

    /** name: MxKxN. */
    private void product(String name, int[] mkn) {
        all.add(
                new OpCase(
                        "MatMul",
                        name,
                        0,
                        2.0 * mkn[0] * mkn[1] * mkn[2],
                        true,
                        r ->
                                r.emit(
                                        new MatMul(
                                                r.in(mkn[0], mkn[1]),
                                                r.in(mkn[1], mkn[2]),
                                                r.in(mkn[2]),
                                                r.out(mkn[0], mkn[2]),
                                                false,
                                                false))));
    }
}
