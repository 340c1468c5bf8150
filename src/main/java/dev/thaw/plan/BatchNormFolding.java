package dev.thaw.plan;

import dev.thaw.op.BatchNormInfer;
import dev.thaw.op.Binary;
import dev.thaw.op.Convolution;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.MatMul;
import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Folds a batch normalization on frozen statistics into the convolution or matrix product that
 * alone it follows: with s = gamma / sqrt(variance + epsilon), the filters become w s and the bias
 * (bias - mean) s + beta. It works on a forward pass, before differentiation, and only where no
 * weight that goes in will change while the program runs or be differentiated, so that the plan
 * computes the folded filters once and again only after somebody changed a weight. The variables
 * themselves stay as they are.
 */
public final class BatchNormFolding {
    /** Set to false, this system property leaves every normalization as it is. */
    public static final String PROPERTY = "thaw.folding";

    private final Program program;
    private final Set<Value> kept;
    private final Set<Value> changing;
    private final Map<Value, Integer> readers = new HashMap<>();
    private final Set<Op> taken = new HashSet<>();

    private BatchNormFolding(Program program, Set<Value> kept, Set<Value> changing) {
        this.program = program;
        this.kept = kept;
        this.changing = new HashSet<>(changing);
        for (Program.Instruction i : program.instructions()) {
            i.op().inputs().forEach(v -> readers.merge(v, 1, Integer::sum));
            this.changing.addAll(i.op().updates());
        }
    }

    /**
     * Rewrites a forward pass in place.
     *
     * @param kept values that must stay, as somebody will fetch them
     * @param changing variables that ops still to come will change
     */
    public static void apply(Program program, Set<Value> kept, Set<Value> changing) {
        if ("false".equals(System.getProperty(PROPERTY))) {
            return;
        }
        BatchNormFolding f = new BatchNormFolding(program, kept, changing);
        List<Program.Instruction> forward = List.copyOf(program.instructions());
        List<Program.Instruction> better = new ArrayList<>();
        for (Program.Instruction i : forward) {
            Op folded = i.op() instanceof BatchNormInfer n ? f.folded(n, i.scope()) : null;
            better.add(folded == null ? i : new Program.Instruction(folded, i.scope()));
        }
        better.removeIf(s -> f.taken.contains(s.op()));
        // what makes the folded weights was emitted behind, and comes first
        List<Program.Instruction> all = program.instructions();
        better.addAll(0, List.copyOf(all.subList(forward.size(), all.size())));
        program.rewrite(better);
    }

    /** The op before the normalization with the normalization in it; null where both stay. */
    private Op folded(BatchNormInfer n, String scope) {
        Op before = program.producer(n.x());
        boolean alone = readers.get(n.x()) == 1 && !kept.contains(n.x());
        if (before == null
                || !alone
                || n.axis() != n.x().shape().rank() - 1
                || !areSteady(n.gamma(), n.beta(), n.mean(), n.variance())) {
            return null;
        }
        program.setScope(scope);
        Op folded = null;
        if (before instanceof Convolution c && c.rectifier() == Rectifier.NONE) {
            folded = c.residual() == null && canScale(c.x(), c.w(), c.bias()) ? fold(c, n) : null;
        } else if (before instanceof DepthwiseConvolution c && c.rectifier() == Rectifier.NONE) {
            folded = n.residual() == null && canScale(c.x(), c.w(), c.bias()) ? fold(c, n) : null;
        } else if (before instanceof MatMul m && m.rectifier() == Rectifier.NONE) {
            boolean fits = n.residual() == null && !m.transposeB();
            folded = fits && canScale(m.a(), m.b(), m.bias()) ? fold(m, n) : null;
        }
        if (folded != null) {
            taken.add(before);
        }
        return folded;
    }

    private Op fold(Convolution c, BatchNormInfer n) {
        Folded f = new Folded(n);
        Value w = f.scaled(c.w(), f.scale);
        return new Convolution(
                c.x(),
                w,
                f.bias(c.bias()),
                n.residual(),
                n.y(),
                c.window(),
                c.groups(),
                n.rectifier());
    }

    private Op fold(DepthwiseConvolution c, BatchNormInfer n) {
        Folded f = new Folded(n);
        int rank = c.w().shape().rank();
        Shape filters = c.w().shape().sub(rank - 2, rank);
        Value w = f.scaled(c.w(), f.formula.reshape(f.scale, filters));
        return new DepthwiseConvolution(
                c.x(), w, f.bias(c.bias()), n.y(), c.window(), n.rectifier());
    }

    private Op fold(MatMul m, BatchNormInfer n) {
        Folded f = new Folded(n);
        Value b = f.scaled(m.b(), f.scale);
        return new MatMul(m.a(), b, f.bias(m.bias()), n.y(), m.transposeA(), false, n.rectifier());
    }

    /** Emits what makes the folded weights of one normalization. */
    private final class Folded {
        private final Formula formula = new Formula(program);
        private final BatchNormInfer n;
        private final Value scale;

        Folded(BatchNormInfer n) {
            this.n = n;
            Value deviation =
                    formula.apply(Fn.Function.SQRT, formula.affine(n.variance(), 1, n.epsilon()));
            scale =
                    n.gamma() == null
                            ? formula.apply(Fn.Function.RECIPROCAL, deviation)
                            : formula.combine(n.gamma(), Binary.Function.DIV, deviation);
        }

        Value scaled(Value w, Value factors) {
            return formula.combine(w, Binary.Function.MUL, factors);
        }

        Value bias(Value bias) {
            Value centered =
                    bias == null
                            ? formula.affine(n.mean(), -1, 0)
                            : formula.combine(bias, Binary.Function.SUB, n.mean());
            Value shift = scaled(centered, scale);
            return n.beta() == null ? shift : formula.combine(shift, Binary.Function.ADD, n.beta());
        }
    }

    /**
     * Whether the filters can be scaled beforehand, and the op run in the place of the next one.
     */
    private boolean canScale(Value x, Value w, Value bias) {
        return x.role() != Value.Role.VARIABLE && areSteady(w, bias);
    }

    private boolean areSteady(Value... weights) {
        for (Value v : weights) {
            boolean steady =
                    v == null
                            || v.role() == Value.Role.CONSTANT
                            || v.role() == Value.Role.VARIABLE && !changing.contains(v);
            if (!steady) {
                return false;
            }
        }
        return true;
    }
}
