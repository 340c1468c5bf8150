package dev.thaw.train.optimizer;

import dev.thaw.config.Properties;
import dev.thaw.config.Range;
import dev.thaw.op.Program;
import dev.thaw.op.UpdateRule;
import dev.thaw.op.Value;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.util.List;

/**
 * Adam with Nesterov's momentum, in Keras's form; the formula is {@link UpdateRule.Nadam}'s.
 * Keras's defaults: rate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7.
 */
public final class Nadam extends StandardOptimizer<Nadam> {
    private final Variable product = Variable.state("u_product", Tensor.scalar(1f));
    private double beta1 = .9;
    private double beta2 = .999;
    private double epsilon = 1e-7;

    /** Rate .001. */
    public Nadam() {
        this(.001);
    }

    /** With a learning rate. */
    public Nadam(double learningRate) {
        super(learningRate);
    }

    /** With a learning rate that depends on the step. */
    public Nadam(LearningRateSchedule learningRate) {
        super(learningRate);
    }

    /** Decay of the first moment, in [0, 1); default 0.9. */
    public Nadam beta1(double value) {
        return with("beta_1", value);
    }

    /** Decay of the second moment, in [0, 1); default 0.999. */
    public Nadam beta2(double value) {
        return with("beta_2", value);
    }

    /** Added to the root; default 1e-7. */
    public Nadam epsilon(double value) {
        return with("epsilon", value);
    }

    @Override
    protected String defaultName() {
        return "nadam";
    }

    @Override
    protected List<Variable> ownStates() {
        return List.of(product);
    }

    @Override
    protected void begin(Program program, StepState state) {
        program.emit(
                Stages.rule(
                        new UpdateRule.NadamProduct(beta1),
                        List.of(program.variable(product)),
                        List.of(),
                        List.of(),
                        null,
                        state,
                        0,
                        0));
    }

    @Override
    Value product(Program program) {
        return program.variable(product);
    }

    @Override
    protected UpdateRule rule() {
        return new UpdateRule.Nadam(beta1, beta2, epsilon);
    }

    @Override
    protected void properties(Properties p) {
        beta1 = p.number("beta_1", beta1, Range.BELOW_ONE);
        beta2 = p.number("beta_2", beta2, Range.BELOW_ONE);
        epsilon = p.number("epsilon", epsilon, Range.NOT_NEGATIVE);
    }
}
