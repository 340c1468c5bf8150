package dev.thaw.layer;

import dev.thaw.op.Draw;
import dev.thaw.op.Formula;
import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.Arrays;
import java.util.List;

/** Lowers one layer on its own, so that a test sees the ops. */
public final class RecordingLowering implements Lowering {
    final Program program = new Program();
    private final Layer layer;
    private final Mode mode;
    private int calls;

    private RecordingLowering(Layer layer, Mode mode) {
        this.layer = layer;
        this.mode = mode;
    }

    /** What became of one call: the inputs, the outputs and the ops between them. */
    public record Lowered(List<Value> inputs, List<Value> outputs, List<Op> ops) {
        Value output() {
            return outputs.get(0);
        }

        boolean isIdentity() {
            return ops.isEmpty() && outputs.equals(inputs);
        }

        /** The only op. */
        public <T extends Op> T only(Class<T> type) {
            if (ops.size() != 1) {
                throw new AssertionError("expected one op, got " + ops);
            }
            return type.cast(ops.get(0));
        }
    }

    /** Checks, builds and lowers. */
    public static Lowered lower(Layer layer, Mode mode, Shape... inputs) {
        List<Shape> shapes = Arrays.asList(inputs);
        List<Shape> promised = layer.outputShapes(shapes);
        layer.build(shapes);
        RecordingLowering l = new RecordingLowering(layer, mode);
        List<Value> fed = shapes.stream().map(s -> l.program.input("x", s, DType.FLOAT32)).toList();
        List<Value> outputs = layer.lower(l, fed);
        List<Shape> made = outputs.stream().map(Value::shape).toList();
        if (!made.equals(promised)) {
            throw new AssertionError(layer + " promised " + promised + " and made " + made);
        }
        return new Lowered(
                fed,
                outputs,
                l.program.instructions().stream().map(Program.Instruction::op).toList());
    }

    @Override
    public Mode mode() {
        return mode;
    }

    @Override
    public boolean trains() {
        return mode == Mode.TRAINING && layer.trainable();
    }

    @Override
    public boolean draws() {
        return mode != Mode.INFERENCE;
    }

    @Override
    public Value weight(String name) {
        return program.variable(layer.variable(name));
    }

    @Override
    public Value temp(String name, Shape shape) {
        return program.temp(name, shape);
    }

    @Override
    public Value constant(String name, Tensor content) {
        return program.constant(name, content);
    }

    @Override
    public Value randomStep() {
        return program.input("step", Shape.scalar(), DType.INT64);
    }

    @Override
    public Draw draw(long seed) {
        return new Draw(seed, calls++);
    }

    @Override
    public WholeType whole(int input) {
        return null;
    }

    @Override
    public void addLoss(Value loss) {
        throw new UnsupportedOperationException("no layer here adds to the loss");
    }

    @Override
    public Value mask(Value input) {
        return null;
    }

    @Override
    public void setMask(Value output, Value mask) {
        if (mask != null) {
            throw new UnsupportedOperationException("no input here has a mask");
        }
    }

    @Override
    public void emit(Op op) {
        program.emit(op);
    }

    @Override
    public Formula formula() {
        return new Formula(program);
    }

    @Override
    public List<Value> call(Layer inner, List<Value> inputs) {
        throw new UnsupportedOperationException("no layer here has layers inside");
    }

    @Override
    public List<Value> call(Layer inner, List<Value> inputs, Mode innerMode) {
        throw new UnsupportedOperationException("no layer here has layers inside");
    }
}
