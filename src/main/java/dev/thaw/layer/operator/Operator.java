package dev.thaw.layer.operator;

import dev.thaw.layer.Lowering;
import dev.thaw.layer.TypedLayer;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A call of one of Keras's functions in the middle of a graph: {@code x * 2}, {@code
 * keras.ops.mean(x, axis=1)}. Keras keeps such a call among the layers, under the class of the
 * function, with the constants standing literally among the arguments of the call. This layer keeps
 * all of that, and has no weights. {@link Operators} makes the common ones.
 */
public final class Operator extends TypedLayer<Operator> {
    /**
     * Where an input of the layer stands among the arguments.
     *
     * @param input which one, from 0
     */
    public record Placeholder(int input) {}

    /**
     * {@code start:stop:step} in a subscript.
     *
     * @param start first index; null where left out
     * @param stop index to stop before; null where left out
     * @param step distance of the indices; null where left out
     */
    public record Range(Integer start, Integer stop, Integer step) {}

    /** What stands in a subscript without being a number. */
    public enum Subscript {
        /** {@code ...}: all axes that are not named otherwise. */
        ELLIPSIS
    }

    /**
     * An array among the arguments.
     *
     * @param kind how Keras writes it: {@code __numpy__} or {@code __tensor__}
     * @param dtype Keras's name of its type
     * @param value its numbers, as FLOAT32
     */
    public record Literal(String kind, String dtype, Tensor value) {}

    /**
     * One call of a function.
     *
     * @param module where Keras keeps the class: {@code keras.src.ops.numpy}
     * @param className Keras's class: {@code Multiply}
     * @param config the constructor's arguments without the name
     * @param args the positional arguments: a {@link Placeholder}, a number, a boolean, a text,
     *     null, a {@link Range}, a {@link Subscript}, a {@link Literal}, or a list of such
     * @param kwargs the arguments by name, likewise
     */
    public record Call(
            String module,
            String className,
            Map<String, Object> config,
            List<Object> args,
            Map<String, Object> kwargs) {
        /** Keeps its own copies. */
        public Call {
            Objects.requireNonNull(module, "module");
            Objects.requireNonNull(className, "className");
            config = Collections.unmodifiableMap(new LinkedHashMap<>(config));
            args = Collections.unmodifiableList(new java.util.ArrayList<>(args));
            kwargs = Collections.unmodifiableMap(new LinkedHashMap<>(kwargs));
        }
    }

    private final Call call;
    private final int inputs;
    private final OperatorRule rule;

    /** This call; refuses functions that Thaw does not have, and arguments that make no sense. */
    public Operator(Call call) {
        super(call.className());
        this.call = call;
        OperatorArguments arguments = OperatorTable.bind(this, call);
        this.inputs = arguments.inputs();
        this.rule = OperatorTable.rule(call, arguments);
    }

    /** Whether Thaw has this function of Keras's. */
    public static boolean exists(String module, String className) {
        return OperatorTable.exists(module, className);
    }

    /** The function and its arguments. */
    public Call call() {
        return call;
    }

    @Override
    public String className() {
        return call.className();
    }

    @Override
    public List<Shape> outputShapes(List<Shape> given) {
        if (given.size() != inputs) {
            throw refuse("takes %s inputs, got %s".formatted(inputs, given.size()));
        }
        return rule.outputShapes(given);
    }

    @Override
    public List<Value> lower(Lowering l, List<Value> given) {
        return rule.lower(l, given);
    }
}
