package dev.thaw.backend.reference;

import dev.thaw.op.Affine;
import dev.thaw.op.Binary;
import dev.thaw.op.Fill;
import dev.thaw.op.Increment;
import dev.thaw.op.Unary;
import dev.thaw.op.UnaryGrad;

import java.nio.DoubleBuffer;
import java.nio.LongBuffer;

final class Elementwise {
    private Elementwise() {}

    static void register(Table table) {
        table.add(Unary.class, Elementwise::unary);
        table.add(UnaryGrad.class, Elementwise::unaryGrad);
        table.add(Binary.class, Elementwise::binary);
        table.add(Affine.class, Elementwise::affine);
        table.add(Fill.class, (op, cells) -> cells.fill(op.y(), op.value()));
        table.add(Increment.class, Elementwise::increment);
    }

    private static void unary(Unary op, Cells cells) {
        DoubleBuffer x = cells.numbers(op.x());
        DoubleBuffer y = cells.numbers(op.y());
        for (int i = 0; i < op.y().size(); i++) {
            y.put(i, Functions.value(op.fn(), x.get(i)));
        }
    }

    private static void unaryGrad(UnaryGrad op, Cells cells) {
        DoubleBuffer x = cells.numbers(op.x());
        DoubleBuffer dy = cells.numbers(op.dy());
        DoubleBuffer dx = cells.numbers(op.dx());
        for (int i = 0; i < op.dx().size(); i++) {
            dx.put(i, dy.get(i) * Functions.derivative(op.fn(), x.get(i)));
        }
    }

    private static void binary(Binary op, Cells cells) {
        DoubleBuffer a = cells.numbers(op.a());
        DoubleBuffer b = cells.numbers(op.b());
        DoubleBuffer y = cells.numbers(op.y());
        Index.forEach(
                op.y().shape().toArray(),
                at ->
                        y.put(
                                Index.broadcast(op.y().shape(), at),
                                combine(
                                        op.function(),
                                        a.get(Index.broadcast(op.a().shape(), at)),
                                        b.get(Index.broadcast(op.b().shape(), at)))));
    }

    private static double combine(Binary.Function function, double a, double b) {
        return switch (function) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case AT_LEAST -> a >= b ? 1 : 0;
        };
    }

    private static void affine(Affine op, Cells cells) {
        DoubleBuffer x = cells.numbers(op.x());
        DoubleBuffer y = cells.numbers(op.y());
        for (int i = 0; i < op.y().size(); i++) {
            y.put(i, (float) op.scale() * x.get(i) + (float) op.shift());
        }
    }

    private static void increment(Increment op, Cells cells) {
        LongBuffer counter = cells.integers(op.counter());
        counter.put(0, counter.get(0) + 1);
    }
}
