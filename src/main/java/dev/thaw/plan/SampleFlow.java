package dev.thaw.plan;

import dev.thaw.op.Affine;
import dev.thaw.op.ArgMax;
import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.Binary;
import dev.thaw.op.Broadcast;
import dev.thaw.op.Concat;
import dev.thaw.op.Convolution;
import dev.thaw.op.ConvolutionGradInput;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.Equal;
import dev.thaw.op.Gather;
import dev.thaw.op.LayerNorm;
import dev.thaw.op.MatMul;
import dev.thaw.op.OneHot;
import dev.thaw.op.Op;
import dev.thaw.op.Pad;
import dev.thaw.op.Pool;
import dev.thaw.op.Program;
import dev.thaw.op.Reduce;
import dev.thaw.op.Resample;
import dev.thaw.op.Reshape;
import dev.thaw.op.Slice;
import dev.thaw.op.Softmax;
import dev.thaw.op.StopGradient;
import dev.thaw.op.Transpose;
import dev.thaw.op.Unary;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a program's samples flow through its ops: whether what becomes of one sample depends on no
 * other one, nor on where in the batch it stands. Such a program may run a batch by pieces, and its
 * last piece partly filled.
 *
 * <p>Each value is the same for all samples, or holds them one after another along its first axis,
 * each with the same number of rows. An op of which nothing is known here, or that is used in
 * another way, mixes samples: random ops do, which draw by position, and sums over a batch.
 */
public final class SampleFlow {
    /** Rows per sample of a value that is the same for all of them. */
    private static final Integer SAME = 0;

    private final int samples;

    /** Rows per sample; null where samples have met. */
    private final Map<Value, Integer> rows = new HashMap<>();

    private SampleFlow(int samples) {
        this.samples = samples;
    }

    /** Whether samples do not meet in a program whose inputs hold them along their first axis. */
    public static boolean keepsApart(Program program, List<Value> results) {
        if (program.inputs().isEmpty()) {
            return false;
        }
        SampleFlow flow = new SampleFlow(program.inputs().get(0).shape().dim(0));
        program.variables().values().forEach(v -> flow.rows.put(v, SAME));
        program.constants().keySet().forEach(v -> flow.rows.put(v, SAME));
        for (Value v : program.inputs()) {
            if (v.shape().rank() == 0 || v.shape().dim(0) != flow.samples) {
                return false;
            }
            flow.rows.put(v, 1);
        }
        for (Program.Instruction i : program.instructions()) {
            if (!i.op().updates().isEmpty()) {
                return false;
            }
            flow.follow(i.op());
        }
        return results.stream().allMatch(v -> Integer.valueOf(1).equals(flow.rows.get(v)));
    }

    private void follow(Op op) {
        Integer after = null;
        if (op.randomness().isEmpty() && op.inputs().stream().allMatch(v -> rows.get(v) != null)) {
            after = op.inputs().stream().allMatch(v -> SAME.equals(rows.get(v))) ? SAME : of(op);
        }
        for (Value v : op.outputs()) {
            rows.put(v, after);
        }
    }

    /** The rows per sample of what an op makes; null where it mixes samples. */
    private Integer of(Op op) {
        if (op instanceof Unary o) {
            return rows.get(o.x());
        } else if (op instanceof Affine o) {
            return rows.get(o.x());
        } else if (op instanceof StopGradient o) {
            return rows.get(o.x());
        } else if (op instanceof Binary o) {
            return together(o.a(), o.b(), o.y().shape());
        } else if (op instanceof Equal o) {
            return together(o.a(), o.b(), o.y().shape());
        } else if (op instanceof Convolution o) {
            boolean fits = o.residual() == null || rows.get(o.residual()).equals(rows.get(o.x()));
            return fits && same(o.w(), o.bias()) ? rows.get(o.x()) : null;
        } else if (op instanceof DepthwiseConvolution o) {
            return same(o.w(), o.bias()) ? rows.get(o.x()) : null;
        } else if (op instanceof ConvolutionGradInput o) {
            return same(o.w()) ? rows.get(o.dy()) : null;
        } else if (op instanceof MatMul o) {
            return same(o.b(), o.bias()) && !o.transposeA() ? rows.get(o.a()) : null;
        } else if (op instanceof BatchNormInfer o) {
            boolean fits = o.residual() == null || rows.get(o.residual()).equals(rows.get(o.x()));
            boolean given = same(o.gamma(), o.beta(), o.mean(), o.variance());
            return fits && given && o.axis() > 0 ? rows.get(o.x()) : null;
        } else if (op instanceof LayerNorm o) {
            return same(o.gamma(), o.beta()) ? rows.get(o.x()) : null;
        }
        return ofShape(op);
    }

    /** Ops that rearrange, pick or sum within a sample. */
    private Integer ofShape(Op op) {
        if (op instanceof Pool o) {
            return rows.get(o.x());
        } else if (op instanceof Softmax o) {
            return o.x().shape().rank() > 1 ? rows.get(o.x()) : null;
        } else if (op instanceof ArgMax o) {
            return rows.get(o.x());
        } else if (op instanceof OneHot o) {
            return rows.get(o.classes());
        } else if (op instanceof Gather o) {
            return same(o.table()) ? rows.get(o.index()) : null;
        } else if (op instanceof Reduce o) {
            return o.axes().contains(0) ? null : rows.get(o.x());
        } else if (op instanceof Reshape o) {
            return reshaped(o.y().shape());
        } else if (op instanceof Transpose o) {
            return o.order().get(0) == 0 ? rows.get(o.x()) : null;
        } else if (op instanceof Resample o) {
            return o.axis() > 0 ? rows.get(o.x()) : null;
        } else if (op instanceof Broadcast o) {
            return whole(o.x(), o.y());
        } else if (op instanceof Pad o) {
            return o.begin().get(0) == 0 ? whole(o.x(), o.y()) : null;
        } else if (op instanceof Slice o) {
            return o.begin().get(0) == 0 ? whole(o.x(), o.y()) : null;
        } else if (op instanceof Concat o) {
            return o.axis() > 0 ? all(o.xs()) : null;
        }
        return null;
    }

    private boolean same(Value... weights) {
        for (Value v : weights) {
            if (v != null && !SAME.equals(rows.get(v))) {
                return false;
            }
        }
        return true;
    }

    /** Two values row by row, or one with what is the same for every row. */
    private Integer together(Value a, Value b, Shape y) {
        if (rows.get(a).equals(rows.get(b))) {
            boolean aligned = a.shape().rank() == b.shape().rank();
            return aligned && a.shape().dim(0) == b.shape().dim(0) ? rows.get(a) : null;
        }
        Value one = SAME.equals(rows.get(a)) ? b : a;
        Value fixed = one == a ? b : a;
        boolean repeats = fixed.shape().rank() < y.rank() || fixed.shape().dim(0) == 1;
        boolean leads = one.shape().rank() == y.rank() && one.shape().dim(0) == y.dim(0);
        return SAME.equals(rows.get(fixed)) && repeats && leads ? rows.get(one) : null;
    }

    /** Elements stay in order, so that each sample's stay together. */
    private Integer reshaped(Shape y) {
        boolean whole = y.rank() > 0 && samples > 0 && y.dim(0) % samples == 0 && y.dim(0) > 0;
        return whole ? Integer.valueOf(y.dim(0) / samples) : null;
    }

    private Integer whole(Value x, Value y) {
        return x.shape().dim(0) == y.shape().dim(0) ? rows.get(x) : null;
    }

    private Integer all(List<Value> xs) {
        Integer first = rows.get(xs.get(0));
        return xs.stream().allMatch(v -> rows.get(v).equals(first)) ? first : null;
    }
}
