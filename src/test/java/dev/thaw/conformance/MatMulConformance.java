package dev.thaw.conformance;

import dev.thaw.op.BiasGrad;
import dev.thaw.op.MatMul;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

abstract class MatMulConformance extends Conformance {
    private static final List<Product> PRODUCTS =
            List.of(
                    new Product(1, 1, 1),
                    new Product(3, 7, 17),
                    new Product(17, 3, 1),
                    new Product(1, 64, 10),
                    new Product(5, 1, 7),
                    new Product(33, 65, 31),
                    new Product(257, 129, 301));

    /** [M, K] times [K, N]. */
    record Product(int m, int k, int n) {
        long longest() {
            return Math.max(m, Math.max(k, n));
        }
    }

    static void matMul(Draft d, Product p, boolean transposeA, boolean transposeB, boolean bias) {
        Value a = d.normal("a", transposeA ? Shape.of(p.k, p.m) : Shape.of(p.m, p.k));
        Value b = d.normal("b", transposeB ? Shape.of(p.n, p.k) : Shape.of(p.k, p.n));
        Value c = bias ? d.normal("bias", Shape.of(p.n)) : null;
        Value y = d.temp("y", Shape.of(p.m, p.n));
        d.emit(new MatMul(a, b, c, y, transposeA, transposeB));
        Tolerance t = Tolerance.sum(p.longest() + 1);
        Value[] wrt = bias ? new Value[] {a, b, c} : new Value[] {a, b};
        Arrays.stream(wrt).forEach(d::linear);
        d.fetchWithGradients(y, t, t, wrt);
    }

    /** Forward only: near a kink, rounding decides whether the gradient is there. */
    private static void rectified(Draft d, Product p, boolean bias, Rectifier rectifier) {
        Value y = rectifiedValue(d, p, bias, rectifier).get(0);
        d.fetch(y, Tolerance.sum(p.k + 1));
    }

    /** With the gradient by the op's own rule; for small shapes without an element near a kink. */
    static void rectifiedWithRule(Draft d, Rectifier rectifier) {
        List<Value> all = rectifiedValue(d, new Product(3, 4, 5), true, rectifier);
        d.differentiate(all.get(0), all.subList(1, all.size()).toArray(Value[]::new));
    }

    /** The result, then the operands. */
    private static List<Value> rectifiedValue(
            Draft d, Product p, boolean bias, Rectifier rectifier) {
        Value a = d.linear(d.normal("a", Shape.of(p.m, p.k)));
        Value b = d.linear(d.normal("b", Shape.of(p.k, p.n)));
        Value c = bias ? d.linear(d.normal("bias", Shape.of(p.n))) : null;
        Value y = d.temp("y", Shape.of(p.m, p.n));
        d.emit(new MatMul(a, b, c, y, false, false, rectifier));
        return c == null ? List.of(y, a, b) : List.of(y, a, b, c);
    }

    /** a · a^T: both contributions to the gradient of a are added. */
    static void square(Draft d) {
        Value a = d.linear(d.normal("a", Shape.of(5, 7)));
        Value y = d.temp("y", Shape.of(5, 5));
        d.emit(new MatMul(a, a, null, y, false, true));
        Tolerance t = Tolerance.sum(2 * 7);
        d.fetchWithGradients(y, t, t, a);
    }

    private static void biasGrad(Draft d, Shape shape) {
        Value dy = d.linear(d.normal("dy", shape));
        Value db = d.temp("db", Shape.of(shape.last()));
        d.emit(new BiasGrad(dy, db));
        d.fetch(db, Tolerance.sum(shape.size() / shape.last()));
    }

    static Stream<OpCase> table() {
        List<OpCase> all = new ArrayList<>();
        for (Product p : PRODUCTS) {
            for (Rectifier r : List.of(Rectifier.RELU, Rectifier.RELU6)) {
                all.add(new OpCase(r + " with bias " + p, d -> rectified(d, p, true, r)));
                all.add(new OpCase(r + " " + p, d -> rectified(d, p, false, r)));
            }
        }
        for (Product p : PRODUCTS) {
            for (int bits = 0; bits < 8; bits++) {
                boolean tA = (bits & 1) != 0;
                boolean tB = (bits & 2) != 0;
                boolean bias = (bits & 4) != 0;
                String name = p + (tA ? " a^T" : "") + (tB ? " b^T" : "") + (bias ? " + bias" : "");
                all.add(new OpCase(name, d -> matMul(d, p, tA, tB, bias)));
            }
        }
        all.add(new OpCase("a a^T", MatMulConformance::square));
        for (Shape s :
                List.of(
                        Shape.of(1),
                        Shape.of(17),
                        Shape.of(5, 1),
                        Shape.of(3, 7),
                        Shape.of(2, 3, 5, 7),
                        Shape.of(2, 3, 4, 5, 17),
                        Shape.of(70_001, 1),
                        Shape.of(3, 31, 33, 24))) {
            all.add(new OpCase("BiasGrad " + s, d -> biasGrad(d, s)));
        }
        return all.stream();
    }

    @Override
    Stream<OpCase> cases() {
        return table();
    }
}
