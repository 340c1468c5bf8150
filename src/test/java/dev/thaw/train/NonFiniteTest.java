package dev.thaw.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.layer.Input;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.operator.Operators;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.model.callback.Callback;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.Adam;
import dev.thaw.train.optimizer.Optimizer;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;

import java.util.List;

/** No training ends as if all were well with numbers that are none. */
class NonFiniteTest {
    private static final Tensor X = Tensor.full(Shape.of(4, 2), 1);
    private static final Tensor Y = Tensor.full(Shape.of(4, 1), 50);
    private static final FitOptions ONE_STEP =
            FitOptions.epochs(1).withBatchSize(4).withVerbosity(FitOptions.Verbosity.SILENT);

    private static Model regression(Optimizer optimizer) {
        Model m = new Sequential(Input.of(2), new Dense(1).named("head"));
        m.compile(optimizer, new MeanSquaredError());
        return m;
    }

    @Test
    void aRateThatOverflowsTheWeightsInTheLastStepIsTold() {
        try (Model m = regression(new SGD(3e38))) {
            assertThatThrownBy(() -> m.fit(X, Y, ONE_STEP))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessageContaining("weight head/kernel with")
                    .hasMessageContaining("lower learning rate");
        }
    }

    @Test
    void anEpsilonOfZeroThatDividesZeroByZeroIsTold() {
        try (Model m = regression(new Adam().epsilon(0))) {
            assertThatThrownBy(() -> m.fit(Tensor.full(Shape.of(4, 2), 0), Y, ONE_STEP))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessageContaining("weight head/kernel with NaN at [0, 0]")
                    .hasMessageContaining("larger epsilon");
        }
    }

    @Test
    void aStateOfTheOptimizerThatOverflowsIsTold() {
        try (Model m = regression(new Adam(0))) {
            Tensor far = Tensor.full(Shape.of(4, 2), 1e15f);
            assertThatThrownBy(() -> m.fit(far, Tensor.full(Shape.of(4, 1), 1e18f), ONE_STEP))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessageContaining("adam's velocity for head/kernel");
        }
    }

    /** The loss is 2500 all along; the gradient of the root at 0 is infinite, times 0 is NaN. */
    @Test
    void aGradientThatIsNotFiniteSkipsTheUpdateAndIsTold() {
        Symbol in = Input.of(2);
        Symbol out =
                Operators.sqrt(
                        Operators.square(
                                new Dense(1).kernelInitializer(Initializer.zeros()).apply(in)));
        try (Model m = new Model(in, out)) {
            m.compile(new SGD(), new MeanSquaredError());
            List<Tensor> before = m.getWeights();
            assertThatThrownBy(() -> m.fit(X, Y, ONE_STEP))
                    .isInstanceOf(NonFiniteLossException.class)
                    .hasMessageContaining("at step 0")
                    .hasMessageContaining("the gradient of a root");
            for (int i = 0; i < before.size(); i++) {
                assertThat(m.getWeights().get(i).bitEquals(before.get(i))).isTrue();
            }
        }
    }

    @Test
    void aCallbackMayPutEarlierWeightsBackAtTheEnd() {
        try (Model m = regression(new SGD(3e38))) {
            List<Tensor> before = m.getWeights();
            Callback restores =
                    new Callback() {
                        @Override
                        public void onTrainEnd(Model model) {
                            model.setWeights(before);
                        }
                    };
            assertThat(m.fit(X, Y, ONE_STEP.withCallbacks(restores)).epochs()).hasSize(1);
        }
    }
}
