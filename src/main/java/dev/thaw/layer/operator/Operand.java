package dev.thaw.layer.operator;

import dev.thaw.layer.Lowering;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.List;

/** One argument of a function: an input of the call, or a constant. */
sealed interface Operand {
    Shape shape(List<Shape> inputs);

    Value value(Lowering l, List<Value> inputs);

    /**
     * An input of the call.
     *
     * @param index which one
     */
    record Input(int index) implements Operand {
        @Override
        public Shape shape(List<Shape> inputs) {
            return inputs.get(index);
        }

        @Override
        public Value value(Lowering l, List<Value> inputs) {
            return inputs.get(index);
        }
    }

    /**
     * One number.
     *
     * @param value as it was given
     */
    record Number(double value) implements Operand {
        @Override
        public Shape shape(List<Shape> inputs) {
            return Shape.scalar();
        }

        @Override
        public Value value(Lowering l, List<Value> inputs) {
            return l.constant("number", Tensor.scalar((float) value));
        }
    }

    /**
     * An array.
     *
     * @param tensor FLOAT32
     */
    record Constant(Tensor tensor) implements Operand {
        @Override
        public Shape shape(List<Shape> inputs) {
            return tensor.shape();
        }

        @Override
        public Value value(Lowering l, List<Value> inputs) {
            return l.constant("array", tensor);
        }
    }
}
