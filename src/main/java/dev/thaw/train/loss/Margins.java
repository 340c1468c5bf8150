package dev.thaw.train.loss;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Reduce;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/** max(1 - t p, 0), with Keras's reading of targets. */
final class Margins {
    private Margins() {}

    static Value of(Formula f, Value prediction, Value target) {
        Value product = Arithmetic.product(f, signs(f, target), prediction);
        return f.apply(Fn.Function.RELU, f.affine(product, -1, 1));
    }

    /** 2 t - 1 where every target of the batch is 0 or 1, else t. */
    private static Value signs(Formula f, Value target) {
        Value notZero = other(f, target, 0);
        Value notOne = other(f, target, 1);
        int n = Math.toIntExact(target.size());
        Value neither = f.reshape(Arithmetic.product(f, notZero, notOne), Shape.of(1, n));
        Value any = f.reduce(neither, Reduce.Function.MAX, List.of(1));
        Value binary = f.reshape(f.affine(any, -1, 1), Shape.scalar());
        Value shift = Arithmetic.product(f, f.affine(target, 1, -1), binary);
        return f.combine(target, Binary.Function.ADD, shift);
    }

    /** 1 where x is not the number, else 0. */
    private static Value other(Formula f, Value x, double number) {
        Value distance = f.apply(Fn.Function.ABS, f.affine(x, 1, -number));
        return f.apply(new Fn(Fn.Function.STEP, 0, 0), distance);
    }
}
