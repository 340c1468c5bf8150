package dev.thaw.train.optimizer;

import dev.thaw.op.Binary;
import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Gate;
import dev.thaw.op.Program;
import dev.thaw.op.RuleUpdate;
import dev.thaw.op.UpdateRule;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.train.optimizer.Optimizer.StepState;
import dev.thaw.train.optimizer.Optimizer.Update;

import java.util.ArrayList;
import java.util.List;

/** The stages of a step in Keras's order, around the formula of an optimizer. */
final class Stages {
    private final Optimizer optimizer;
    private final OptimizerOptions options;
    private final Program program;
    private final Formula f;
    private final StepState state;

    Stages(Optimizer optimizer, Program program, StepState state) {
        this.optimizer = optimizer;
        this.options = optimizer.options();
        this.program = program;
        this.f = new Formula(program);
        this.state = state;
    }

    void lower(List<Update> given) {
        List<Update> updates = unscaled(given);
        StepState open = state;
        if (options.gradientAccumulationSteps() != null) {
            open = accumulate(updates);
            updates = means(updates);
        }
        updates = clipped(updates);
        optimizer.begin(program, open);
        List<Update> decayed = updates;
        if (optimizer.weightDecay() != 0) {
            decayed = updates.stream().filter(u -> optimizer.decays(u.variable())).toList();
            List<Update> others =
                    updates.stream().filter(u -> !optimizer.decays(u.variable())).toList();
            if (!others.isEmpty()) {
                optimizer.update(program, others, open, 0);
            }
        }
        if (!decayed.isEmpty()) {
            optimizer.update(program, decayed, open, optimizer.weightDecay());
        }
        if (options.gradientAccumulationSteps() != null) {
            List<Value> sums = optimizer.slotValues(program, updates, Optimizer.ACCUMULATOR);
            emit(new UpdateRule.Clear(), sums, List.of(), List.of(), open);
        }
        if (options.useEma()) {
            average(updates, new StepState(state.learningRate(), open.iteration(), state.health()));
        }
        constrain(updates);
    }

    private List<Update> unscaled(List<Update> updates) {
        if (options.lossScaleFactor() == null) {
            return updates;
        }
        double share = 1 / options.lossScaleFactor();
        return updates.stream().map(u -> u.withGradient(f.affine(u.gradient(), share, 0))).toList();
    }

    /** Adds the gradients up; what follows is open at the last step of each group alone. */
    private StepState accumulate(List<Update> updates) {
        List<Value> sums = optimizer.slotValues(program, updates, Optimizer.ACCUMULATOR);
        emit(new UpdateRule.Add(), sums, Optimizer.gradients(updates), List.of(), state);
        Value count = program.temp("updates", Shape.scalar(), DType.INT64);
        Value gate = program.temp("gate", Shape.scalar(), DType.INT64);
        int period = options.gradientAccumulationSteps();
        program.emit(new Gate(state.iteration(), state.health(), count, gate, period));
        return new StepState(state.learningRate(), count, gate);
    }

    private List<Update> means(List<Update> updates) {
        double share = 1.0 / options.gradientAccumulationSteps();
        List<Value> sums = optimizer.slotValues(program, updates, Optimizer.ACCUMULATOR);
        List<Update> means = new ArrayList<>();
        for (int i = 0; i < sums.size(); i++) {
            means.add(updates.get(i).withGradient(f.affine(sums.get(i), share, 0)));
        }
        return means;
    }

    private List<Update> clipped(List<Update> updates) {
        if (options.clipnorm() != null && options.clipnorm() > 0) {
            return updates.stream().map(u -> u.withGradient(byNorm(u.gradient()))).toList();
        }
        if (options.globalClipnorm() != null && options.globalClipnorm() > 0) {
            Value scale = globalScale(updates);
            return updates.stream()
                    .map(u -> u.withGradient(f.combine(u.gradient(), Binary.Kind.MUL, scale)))
                    .toList();
        }
        if (options.clipvalue() != null && options.clipvalue() > 0) {
            double most = options.clipvalue();
            return updates.stream()
                    .map(u -> u.withGradient(f.clip(u.gradient(), -most, most)))
                    .toList();
        }
        return updates;
    }

    private Value squares(Value gradient) {
        return f.sum(f.apply(Fn.Kind.SQUARE, gradient));
    }

    /** g c / max(|g|, c). */
    private Value byNorm(Value g) {
        double c = options.clipnorm();
        Value norm = f.clip(f.apply(Fn.Kind.SQRT, squares(g)), c, Float.MAX_VALUE);
        return f.combine(f.affine(g, c, 0), Binary.Kind.DIV, norm);
    }

    /** c min(1 / norm, 1 / c). */
    private Value globalScale(List<Update> updates) {
        double c = options.globalClipnorm();
        Value sum = null;
        for (Update u : updates) {
            Value one = squares(u.gradient());
            sum = sum == null ? one : f.combine(sum, Binary.Kind.ADD, one);
        }
        Value inverse = f.apply(Fn.Kind.RECIPROCAL, f.apply(Fn.Kind.SQRT, sum));
        return f.affine(f.clip(inverse, 0, 1 / c), c, 0);
    }

    private void average(List<Update> updates, StepState always) {
        Integer frequency = options.emaOverwriteFrequency();
        emit(
                new UpdateRule.WeightAverage(
                        options.emaMomentum(), frequency == null ? 0 : frequency),
                Optimizer.weights(updates),
                List.of(),
                optimizer.slotValues(program, updates, Optimizer.AVERAGE),
                always);
    }

    private void constrain(List<Update> updates) {
        List<Update> bound = updates.stream().filter(u -> u.constraint() != null).toList();
        if (!bound.isEmpty()) {
            List<Value> within =
                    bound.stream().map(u -> u.constraint().lower(f, u.weight())).toList();
            emit(new UpdateRule.Assign(), Optimizer.weights(bound), within, List.of(), state);
        }
    }

    private void emit(
            UpdateRule rule,
            List<Value> changed,
            List<Value> gradients,
            List<Value> first,
            StepState when) {
        program.emit(
                new RuleUpdate(
                        changed,
                        gradients,
                        first,
                        List.of(),
                        List.of(),
                        null,
                        null,
                        when.iteration(),
                        when.health(),
                        rule,
                        0));
    }
}
