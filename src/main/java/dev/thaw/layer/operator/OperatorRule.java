package dev.thaw.layer.operator;

import dev.thaw.layer.Lowering;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** What one call of a function does with shapes and values. */
interface OperatorRule {
    /** The shapes that come out for these inputs. */
    List<Shape> outputShapes(List<Shape> inputs);

    /** Emits the function's ops. */
    List<Value> lower(Lowering l, List<Value> inputs);

    /** A function of one input. */
    static OperatorRule unary(
            Operand x, UnaryOperator<Shape> shape, BiFunction<Formula, Value, Value> body) {
        return of(
                shapes -> shape.apply(x.shape(shapes)),
                (l, values) -> body.apply(l.formula(), x.value(l, values)));
    }

    /** A function whose result has the shape of its one input. */
    static OperatorRule pointwise(Operand x, BiFunction<Formula, Value, Value> body) {
        return unary(x, s -> s, body);
    }

    /** The shape of one result. */
    @FunctionalInterface
    interface ShapeRule {
        Shape of(List<Shape> inputs);
    }

    /** The ops of one result. */
    @FunctionalInterface
    interface Body {
        Value emit(Lowering l, List<Value> inputs);
    }

    /** A function with one result. */
    static OperatorRule of(ShapeRule shape, Body body) {
        return new OperatorRule() {
            @Override
            public List<Shape> outputShapes(List<Shape> inputs) {
                return List.of(shape.of(inputs));
            }

            @Override
            public List<Value> lower(Lowering l, List<Value> inputs) {
                return List.of(body.emit(l, inputs));
            }
        };
    }
}
