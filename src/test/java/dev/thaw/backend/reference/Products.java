package dev.thaw.backend.reference;

import dev.thaw.op.BiasGrad;
import dev.thaw.op.MatMul;

import java.nio.DoubleBuffer;

final class Products {
    private Products() {}

    static void register(Table table) {
        table.add(MatMul.class, Products::matMul);
        table.add(BiasGrad.class, Products::biasGrad);
    }

    private static void matMul(MatMul op, Cells cells) {
        DoubleBuffer a = cells.numbers(op.a());
        DoubleBuffer b = cells.numbers(op.b());
        DoubleBuffer y = cells.numbers(op.y());
        int m = op.y().shape().dim(0);
        int n = op.y().shape().dim(1);
        int k = op.a().shape().dim(op.transposeA() ? 0 : 1);
        for (int row = 0; row < m; row++) {
            for (int column = 0; column < n; column++) {
                double sum = cells.numberOr(0, op.bias(), column);
                for (int i = 0; i < k; i++) {
                    sum +=
                            a.get(op.transposeA() ? i * m + row : row * k + i)
                                    * b.get(op.transposeB() ? column * k + i : i * n + column);
                }
                y.put(row * n + column, Functions.rectified(op.rectifier(), sum));
            }
        }
    }

    private static void biasGrad(BiasGrad op, Cells cells) {
        DoubleBuffer dy = cells.numbers(op.dy());
        cells.fill(op.db(), 0);
        for (int i = 0; i < op.dy().size(); i++) {
            cells.add(op.db(), i % (int) op.db().size(), dy.get(i));
        }
    }
}
