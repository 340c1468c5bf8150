package dev.thaw.layer;

import dev.thaw.op.Draw;
import dev.thaw.op.Formula;
import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.List;

/** What a layer sees while it is lowered: one call of it, in one mode, at one batch size. */
public interface Lowering {
    /** The mode of this call. */
    Mode mode();

    /**
     * True where the call is in training mode and the layer is not frozen: batch normalization's
     * question.
     */
    boolean trains();

    /** True where random layers draw: in training and in Monte-Carlo mode, frozen or not. */
    boolean draws();

    /** The value of one of the layer's weights, by the name in its {@link WeightSpec}. */
    Value weight(String name);

    /** A new value of a known shape. */
    Value temp(String name, Shape shape);

    /** A value that never changes. */
    Value constant(String name, Tensor content);

    /** The counter that random ops take their numbers from. */
    Value randomStep();

    /** The numbers for this call of the layer. */
    Draw draw(long seed);

    /**
     * Which positions of an input count: 1 or 0, usually of the input's shape without its last
     * axis; null where all do.
     */
    Value mask(Value input);

    /**
     * Gives one of this call's outputs a mask; null says that it has none. Without this, {@link
     * Layer#supportsMasking} decides.
     */
    void setMask(Value output, Value mask);

    /**
     * Which whole numbers an input of this call was before it was cast to FLOAT32; null for one
     * that was FLOAT32 already. For what Keras rounds where it is given whole numbers.
     */
    WholeType whole(int input);

    /** Adds a number to the loss, as it is; a prediction ignores it. */
    void addLoss(Value loss);

    /** Adds an op. */
    void emit(Op op);

    /** Adds formulas of several ops. */
    Formula formula();

    /** Calls another layer from inside this one; it inherits this call's mode. */
    List<Value> call(Layer layer, List<Value> inputs);

    /** Calls another layer from inside this one in a mode of its own. */
    List<Value> call(Layer layer, List<Value> inputs, Mode mode);
}
