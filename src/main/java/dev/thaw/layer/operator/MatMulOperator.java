package dev.thaw.layer.operator;

import dev.thaw.layer.merging.Products;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;

/** {@code keras.ops.matmul}. */
final class MatMulOperator {
    private MatMulOperator() {}

    /**
     * {@code keras.ops.matmul}: a [.., I, K] times b [K, J], which all samples share, or times b
     * [.., K, J] with the same axes in front.
     */
    static OperatorRule rule(OperatorArguments arguments) {
        Operand first = arguments.operand("x1");
        Operand second = arguments.operand("x2");
        return OperatorRule.of(
                shapes -> shape(arguments, first.shape(shapes), second.shape(shapes)),
                (l, values) -> {
                    Value a = first.value(l, values);
                    Value b = second.value(l, values);
                    Shape y = shape(arguments, a.shape(), b.shape());
                    return matmul(l.formula(), a, b, y);
                });
    }

    private static Shape shape(OperatorArguments arguments, Shape a, Shape b) {
        boolean shared = b.rank() == 2;
        boolean fits =
                a.rank() >= 2
                        && b.rank() >= 2
                        && (shared || front(a).accepts(front(b)))
                        && Shape.of(a.last()).accepts(Shape.of(b.dim(-2)));
        if (!fits) {
            throw arguments.refuse(
                    "multiplies [.., I, K] by [K, J], or by [.., K, J] with the same axes in front, got %s and %s"
                            .formatted(a, b));
        }
        Shape front = shared ? front(a) : front(a).orElse(front(b));
        return front.append(a.dim(-2)).append(b.last());
    }

    /** The axes before those of the matrices. */
    private static Shape front(Shape s) {
        return s.sub(0, s.rank() - 2);
    }

    private static Value matmul(Formula f, Value a, Value b, Shape y) {
        Shape s = a.shape();
        int k = s.last();
        if (b.shape().rank() == 2) {
            int rows = s.extent(0, s.rank() - 1);
            return f.reshape(Products.of(f, f.reshape(a, Shape.of(rows, k)), b, false), y);
        }
        int batch = s.extent(0, s.rank() - 2);
        Value columns = f.transpose(b, b.shape().axesToEnd(List.of(s.rank() - 1, s.rank() - 2)));
        Value product =
                Products.ofRows(
                        f,
                        f.reshape(a, Shape.of(batch, s.dim(-2), k)),
                        f.reshape(columns, Shape.of(batch, b.shape().last(), k)));
        return f.reshape(product, y);
    }
}
