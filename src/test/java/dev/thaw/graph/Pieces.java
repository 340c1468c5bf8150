package dev.thaw.graph;

import dev.thaw.layer.Layer;
import dev.thaw.layer.Lowering;
import dev.thaw.layer.WeightSpec;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.op.ArgMax;
import dev.thaw.op.Binary;
import dev.thaw.op.Equal;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Gather;
import dev.thaw.op.OneHot;
import dev.thaw.op.Uniform;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import java.util.List;

/** Layers of a user that no gradient gets through, or that do something of their own. */
final class Pieces extends Layer {
    /** What becomes of the inputs; {@code w} is null for a layer without a weight. */
    @FunctionalInterface
    private interface Body {
        Value emit(Lowering l, List<Value> inputs, Value w);
    }

    private final WeightSpec weight;
    private final Body body;

    private Pieces(String name, WeightSpec weight, Body body) {
        named(name);
        this.weight = weight;
        this.body = body;
    }

    static Layer stop() {
        return new Pieces("stop", null, (l, x, w) -> l.formula().stopGradient(x.get(0)));
    }

    static Layer sign() {
        return new Pieces(
                "sign",
                null,
                (l, x, w) -> varied(l, l.formula().apply(Fn.Function.SIGN, x.get(0)), x));
    }

    /** floor(3 x + 0.3). */
    static Layer floor() {
        return new Pieces(
                "floor",
                null,
                (l, x, w) -> {
                    Formula f = l.formula();
                    return varied(l, f.apply(Fn.Function.FLOOR, f.affine(x.get(0), 3, .3)), x);
                });
    }

    /** 1 in the column of the largest number of each row, else -1. */
    static Layer winner() {
        return new Pieces(
                "winner",
                null,
                (l, x, w) -> {
                    Value y = l.temp("one_hot", x.get(0).shape());
                    l.emit(new OneHot(best(l, x.get(0)), y));
                    return varied(l, l.formula().affine(y, 2, -1), x);
                });
    }

    /** 1 where both inputs have the same sign, else -1. */
    static Layer equal() {
        return new Pieces(
                "equal",
                null,
                (l, x, w) -> {
                    Formula f = l.formula();
                    Value y = l.temp("equal", x.get(0).shape());
                    l.emit(
                            new Equal(
                                    f.apply(Fn.Function.STEP, x.get(0)),
                                    f.apply(Fn.Function.STEP, f.affine(x.get(1), 1, .3)),
                                    y));
                    return varied(l, f.affine(y, 2, -1), x);
                });
    }

    /** The row of a table that the largest number of each row names. */
    static Layer lookup() {
        return new Pieces(
                "lookup",
                weight("table", RandomModels.WIDTH, null),
                (l, x, w) -> {
                    Value y = l.temp("chosen", x.get(0).shape());
                    l.emit(new Gather(w, best(l, x.get(0)), y));
                    return varied(l, y, x);
                });
    }

    /** x + u / 10, always. */
    static Layer noisy() {
        return new Pieces(
                "noisy",
                null,
                (l, x, w) -> {
                    Value u = l.temp("uniform", x.get(0).shape());
                    l.emit(new Uniform(l.randomStep(), u, l.draw(7)));
                    Formula f = l.formula();
                    return f.combine(x.get(0), Binary.Function.ADD, f.affine(u, .1, 0));
                });
    }

    /** x, and the sum of the squares of its weight is added to the loss. */
    static Layer withLoss() {
        return new Pieces(
                "lossy",
                weight("w", 1, null),
                (l, x, w) -> {
                    l.addLoss(l.formula().sum(l.formula().apply(Fn.Function.SQUARE, w)));
                    return x.get(0);
                });
    }

    /** x, and a weight that nothing depends on. */
    static Layer idle(Regularizer regularizer) {
        return new Pieces("idle", weight("w", 1, regularizer), (l, x, w) -> x.get(0));
    }

    /** y + x / 3 without a gradient of x: y may be constant, and what comes next normalizes it. */
    private static Value varied(Lowering l, Value y, List<Value> x) {
        Formula f = l.formula();
        return f.combine(y, Binary.Function.ADD, f.affine(f.stopGradient(x.get(0)), 1. / 3, 0));
    }

    private static WeightSpec weight(String name, int rows, Regularizer regularizer) {
        Shape shape = Shape.of(rows, RandomModels.WIDTH);
        return new WeightSpec(
                name, shape, Initializer.ones(), true, regularizer, null, DType.FLOAT32);
    }

    private static Value best(Lowering l, Value x) {
        Value best = l.formula().program().temp("best", Shape.of(x.shape().dim(0)), DType.INT32);
        l.emit(new ArgMax(x, best));
        return best;
    }

    @Override
    protected List<WeightSpec> weightSpecs(List<Shape> inputs) {
        return weight == null ? List.of() : List.of(weight);
    }

    @Override
    public List<Shape> outputShapes(List<Shape> inputs) {
        return List.of(inputs.get(0));
    }

    @Override
    public List<Value> lower(Lowering l, List<Value> inputs) {
        return List.of(body.emit(l, inputs, weight == null ? null : l.weight(weight.name())));
    }
}
