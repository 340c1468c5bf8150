package dev.thaw.train.optimizer;

import dev.thaw.op.ApplyRule;
import dev.thaw.op.Assign;
import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Gate;
import dev.thaw.op.Program;
import dev.thaw.op.UpdateRule;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.optimizer.Optimizer.StepState;
import dev.thaw.train.optimizer.Optimizer.Update;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A step in Keras's order, around the formula of an optimizer. */
final class Stages {
    private final Optimizer optimizer;
    private final OptimizerOptions options;
    private final Program program;
    private final Formula f;
    private final StepState every;

    /**
     * @param every what is right for what happens at every step
     */
    Stages(Optimizer optimizer, Program program, StepState every) {
        this.optimizer = optimizer;
        this.options = optimizer.options();
        this.program = program;
        this.f = new Formula(program);
        this.every = every;
    }

    void lower(List<Update> updates) {
        if (options.gradientAccumulationSteps() == null) {
            update(clipped(unscaled(updates)), every);
        } else {
            StepState last = accumulated(unscaled(updates), options.gradientAccumulationSteps());
            List<Value> sums = optimizer.slotValues(program, updates, Optimizer.ACCUMULATOR);
            update(clipped(means(updates, sums)), last);
            Value zero = program.constant("zero", Tensor.scalar(0f));
            program.emit(new Assign(sums, List.of(zero), last.health()));
        }
        constrain(updates);
    }

    /** Decays and updates the weights in an open step, and averages them at every one. */
    private void update(List<Update> updates, StepState open) {
        optimizer.begin(program, open);
        double decay = optimizer.weightDecay();
        Map<Boolean, List<Update>> decays =
                updates.stream()
                        .collect(
                                Collectors.partitioningBy(
                                        u -> decay != 0 && optimizer.decays(u.variable())));
        optimizer.update(program, decays.get(true), decays.get(false), open);
        if (options.useEma()) {
            average(updates, open.iteration());
        }
    }

    private static List<Update> map(List<Update> updates, Function<Value, Value> gradient) {
        return updates.stream().map(u -> u.withGradient(gradient.apply(u.gradient()))).toList();
    }

    private List<Update> unscaled(List<Update> updates) {
        Double factor = options.lossScaleFactor();
        return factor == null ? updates : map(updates, g -> f.affine(g, 1 / factor, 0));
    }

    /** Adds the gradients up; what it returns is open at the last step of each group alone. */
    private StepState accumulated(List<Update> updates, int period) {
        List<Value> sums = optimizer.slotValues(program, updates, Optimizer.ACCUMULATOR);
        apply(new UpdateRule.Sum(), sums, Optimizer.gradients(updates), every);
        return everyNth(period, every.iteration());
    }

    /** Open at every so manieth step; its iteration counts how often it was open. */
    private StepState everyNth(int period, Value iteration) {
        Value count = program.temp("updates", Shape.scalar(), DType.INT64);
        Value gate = program.temp("gate", Shape.scalar(), DType.INT64);
        program.emit(new Gate(iteration, every.health(), count, gate, period));
        return new StepState(every.learningRate(), count, gate);
    }

    private List<Update> means(List<Update> updates, List<Value> sums) {
        double share = 1.0 / options.gradientAccumulationSteps();
        return IntStream.range(0, sums.size())
                .mapToObj(i -> updates.get(i).withGradient(f.affine(sums.get(i), share, 0)))
                .toList();
    }

    private List<Update> clipped(List<Update> updates) {
        if (options.clipnorm() != null && options.clipnorm() > 0) {
            return map(updates, g -> byNorm(g, options.clipnorm()));
        }
        if (options.globalClipnorm() != null && options.globalClipnorm() > 0) {
            Value scale = globalScale(updates, options.globalClipnorm());
            return map(updates, g -> f.combine(g, Binary.Function.MUL, scale));
        }
        if (options.clipvalue() != null && options.clipvalue() > 0) {
            double most = options.clipvalue();
            return map(updates, g -> f.clip(g, -most, most));
        }
        return updates;
    }

    private Value squares(Value gradient) {
        return f.sum(f.apply(Fn.Function.SQUARE, gradient));
    }

    /** g c / max(|g|, c). */
    private Value byNorm(Value g, double c) {
        Value norm = f.clip(f.apply(Fn.Function.SQRT, squares(g)), c, Float.MAX_VALUE);
        return f.combine(f.affine(g, c, 0), Binary.Function.DIV, norm);
    }

    /** c min(1 / norm, 1 / c). */
    private Value globalScale(List<Update> updates, double c) {
        Value sum =
                updates.stream()
                        .map(u -> squares(u.gradient()))
                        .reduce((a, b) -> f.combine(a, Binary.Function.ADD, b))
                        .orElseThrow();
        Value inverse = f.apply(Fn.Function.RECIPROCAL, f.apply(Fn.Function.SQRT, sum));
        return f.affine(f.clip(inverse, 0, 1 / c), c, 0);
    }

    private void average(List<Update> updates, Value iteration) {
        List<Value> weights = Optimizer.weights(updates);
        List<Value> averages = optimizer.slotValues(program, updates, Optimizer.AVERAGE);
        StepState now = new StepState(every.learningRate(), iteration, every.health());
        apply(new UpdateRule.Average(options.emaMomentum()), averages, weights, now);
        if (options.emaOverwriteFrequency() != null) {
            StepState open = everyNth(options.emaOverwriteFrequency(), iteration);
            program.emit(new Assign(weights, averages, open.health()));
        }
    }

    private void constrain(List<Update> updates) {
        List<Update> bound = updates.stream().filter(u -> u.constraint() != null).toList();
        if (!bound.isEmpty()) {
            List<Value> within =
                    bound.stream().map(u -> u.constraint().lower(f, u.weight())).toList();
            program.emit(new Assign(Optimizer.weights(bound), within, every.health()));
        }
    }

    private void apply(UpdateRule rule, List<Value> changed, List<Value> read, StepState when) {
        program.emit(rule(rule, changed, read, List.of(), null, when, 0, 0));
    }

    /** A rule's op. */
    static ApplyRule rule(
            UpdateRule rule,
            List<Value> weights,
            List<Value> gradients,
            List<List<Value>> slots,
            Value product,
            StepState state,
            double weightDecay,
            int decayed) {
        return new ApplyRule(
                rule,
                weights,
                gradients,
                slots,
                product,
                state.learningRate(),
                state.iteration(),
                state.health(),
                weightDecay,
                decayed);
    }
}
