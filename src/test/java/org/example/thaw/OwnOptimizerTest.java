package org.example.thaw;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.config.Properties;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.core.Dense;
import dev.thaw.model.Sequential;
import dev.thaw.op.Assign;
import dev.thaw.op.Binary;
import dev.thaw.op.Formula;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.Lion;
import dev.thaw.train.optimizer.Optimizer;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** Optimizers that a user writes, from a rule that is there or from ops. */
class OwnOptimizerTest {
    /** w = w - lr g, composed of ops. */
    static final class Composed extends Optimizer {
        Composed(double learningRate) {
            super(learningRate);
        }

        @Override
        protected void update(Program p, List<Update> updates, StepState state, double decay) {
            Formula f = new Formula(p);
            List<Value> next = new ArrayList<>();
            for (Update u : updates) {
                Value step = f.combine(u.gradient(), Binary.Function.MUL, state.learningRate());
                next.add(f.combine(u.weight(), Binary.Function.SUB, step));
            }
            p.emit(new Assign(weights(updates), next, state.health()));
        }

        @Override
        protected List<List<String>> slotOrder() {
            return List.of();
        }

        @Override
        protected String defaultName() {
            return "composed";
        }

        @Override
        protected void properties(Properties p) {}
    }

    private static final int ROWS = 12;

    /** The weights after three steps. */
    private static float[] trained(Optimizer optimizer) {
        Tensor x = Tensor.full(Shape.of(ROWS, 3), .5f);
        Tensor y = Tensor.full(Shape.of(ROWS, 2), -1f);
        RandomSeed.set(1);
        Dense dense = new Dense(2);
        try (Sequential m = new Sequential(dense).build(3)) {
            m.compile(optimizer, new MeanSquaredError());
            float[] before = dense.variable("kernel").value().floats().clone();
            for (int i = 0; i < 3; i++) {
                m.trainOnBatch(x, y);
            }
            float[] after = dense.variable("kernel").value().floats().clone();
            assertThat(after).isNotEqualTo(before);
            return after;
        }
    }

    @Test
    void aRuleOfTheLibraryIsEnough() {
        assertThat(trained(new Signum(.01).weightDecay(.1).clipnorm(.5)))
                .isEqualTo(trained(new Lion(.01).beta1(.9).beta2(.9).weightDecay(.1).clipnorm(.5)));
    }

    @Test
    void opsAreEnough() {
        assertThat(trained(new Composed(.1))).isEqualTo(trained(new SGD(.1)));
    }
}
