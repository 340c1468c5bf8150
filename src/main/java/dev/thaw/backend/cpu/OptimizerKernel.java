package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.op.AdamUpdate;
import dev.thaw.op.RmspropUpdate;
import dev.thaw.op.SgdUpdate;
import dev.thaw.op.Value;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * An optimizer's step over all weights, which are operand 0. Constants are rounded to float32 where
 * Keras rounds them.
 */
abstract class OptimizerKernel implements Kernel {
    private static final int W = 0;

    private final FloatBuffer learningRate;
    private final LongBuffer health;
    private final float weightDecay;

    /** The learning rate of this step. */
    float lr;

    private MultiTensor tensors;

    /** The learning rate may be null where the rule has none. */
    OptimizerKernel(
            Value learningRate, Value health, double weightDecay, Function<Value, Buffer> buffers) {
        this.learningRate = learningRate == null ? null : Tiles.floats(learningRate, buffers);
        this.health = Tiles.longs(health, buffers);
        this.weightDecay = (float) weightDecay;
    }

    /** Fixes the loop: its steps run after the weights' decay. */
    final void over(
            int written,
            List<List<Value>> operands,
            int scratch,
            Function<Value, Buffer> buffers,
            MultiTensor.Step... steps) {
        List<MultiTensor.Step> all = new ArrayList<>(List.of(steps));
        if (weightDecay != 0) {
            all.add(0, (t, n) -> decay(t[W], n, weightDecay, lr));
        }
        tensors = new MultiTensor(written, operands, scratch, all, buffers);
    }

    @Override
    public final void launch() {
        if (health.get(0) < 0) {
            lr = learningRate == null ? 0 : learningRate.get(0);
            begin();
            tensors.run();
        }
    }

    /** Computes what is the same for all elements of this step. */
    void begin() {}

    private static void decay(float[] w, int n, float weightDecay, float lr) {
        for (int i = 0; i < n; i++) {
            w[i] -= w[i] * weightDecay * lr;
        }
    }

    /** See {@link SgdUpdate}. */
    static final class Sgd extends OptimizerKernel {
        Sgd(SgdUpdate op, Function<Value, Buffer> buffers) {
            super(op.learningRate(), op.health(), op.weightDecay(), buffers);
            float momentum = (float) op.momentum();
            if (op.momenta().isEmpty()) {
                List<List<Value>> operands = List.of(op.weights(), op.gradients());
                over(1, operands, 0, buffers, (t, n) -> plain(t[W], t[1], n, lr));
                return;
            }
            over(
                    2,
                    List.of(op.weights(), op.momenta(), op.gradients()),
                    0,
                    buffers,
                    op.nesterov()
                            ? (t, n) -> nesterov(t[W], t[1], t[2], n, momentum, lr)
                            : (t, n) -> momentum(t[W], t[1], t[2], n, momentum, lr));
        }

        private static void plain(float[] w, float[] g, int n, float lr) {
            for (int i = 0; i < n; i++) {
                w[i] -= lr * g[i];
            }
        }

        private static void momentum(
                float[] w, float[] m, float[] g, int n, float momentum, float lr) {
            for (int i = 0; i < n; i++) {
                float next = momentum * m[i] - lr * g[i];
                m[i] = next;
                w[i] += next;
            }
        }

        private static void nesterov(
                float[] w, float[] m, float[] g, int n, float momentum, float lr) {
            for (int i = 0; i < n; i++) {
                float next = momentum * m[i] - lr * g[i];
                m[i] = next;
                w[i] = w[i] + momentum * next - lr * g[i];
            }
        }
    }

    /** See {@link AdamUpdate}. */
    static final class Adam extends OptimizerKernel {
        private final LongBuffer iteration;
        private final double beta1;
        private final double beta2;
        private float a;

        Adam(AdamUpdate op, Function<Value, Buffer> buffers) {
            super(op.learningRate(), op.health(), op.weightDecay(), buffers);
            iteration = Tiles.longs(op.iteration(), buffers);
            beta1 = op.beta1();
            beta2 = op.beta2();
            float rate1 = (float) (1 - beta1);
            float rate2 = (float) (1 - beta2);
            float epsilon = (float) op.epsilon();
            over(
                    3,
                    List.of(op.weights(), op.first(), op.second(), op.gradients()),
                    0,
                    buffers,
                    (t, n) -> adam(t[W], t[1], t[2], t[3], n, rate1, rate2, a, epsilon));
        }

        @Override
        void begin() {
            double t = iteration.get(0) + 1.0;
            a = (float) (lr * Math.sqrt(1 - Math.pow(beta2, t)) / (1 - Math.pow(beta1, t)));
        }

        private static void adam(
                float[] w,
                float[] m,
                float[] v,
                float[] g,
                int n,
                float rate1,
                float rate2,
                float a,
                float epsilon) {
            for (int i = 0; i < n; i++) {
                float first = m[i] + (g[i] - m[i]) * rate1;
                float second = v[i] + (g[i] * g[i] - v[i]) * rate2;
                m[i] = first;
                v[i] = second;
                w[i] -= a * first / ((float) Math.sqrt(second) + epsilon);
            }
        }
    }

    /** See {@link RmspropUpdate}. */
    static final class Rmsprop extends OptimizerKernel {
        Rmsprop(RmspropUpdate op, Function<Value, Buffer> buffers) {
            super(op.learningRate(), op.health(), op.weightDecay(), buffers);
            float rho = (float) op.rho();
            float rate = (float) (1 - op.rho());
            float momentum = (float) op.momentum();
            float epsilon = (float) op.epsilon();
            List<List<Value>> operands = new ArrayList<>(List.of(op.weights(), op.velocities()));
            int v = 1;
            int m = op.momenta().isEmpty() ? -1 : operands.size();
            if (m > 0) {
                operands.add(op.momenta());
            }
            int average = op.averages().isEmpty() ? -1 : operands.size();
            if (average > 0) {
                operands.add(op.averages());
            }
            int g = operands.size();
            operands.add(op.gradients());
            int u = operands.size();
            MultiTensor.Step ratio =
                    average > 0
                            ? (t, n) ->
                                    centered(
                                            t[v], t[average], t[g], t[u], n, rho, rate, epsilon, lr)
                            : (t, n) -> ratio(t[v], t[g], t[u], n, rho, rate, epsilon, lr);
            MultiTensor.Step move =
                    m > 0
                            ? (t, n) -> momentum(t[W], t[m], t[u], n, momentum)
                            : (t, n) -> move(t[W], t[u], n);
            over(g, operands, 1, buffers, ratio, move);
        }

        private static void ratio(
                float[] v,
                float[] g,
                float[] u,
                int n,
                float rho,
                float rate,
                float epsilon,
                float lr) {
            for (int i = 0; i < n; i++) {
                float velocity = rho * v[i] + rate * (g[i] * g[i]);
                v[i] = velocity;
                u[i] = lr * g[i] / (float) Math.sqrt(velocity + epsilon);
            }
        }

        private static void centered(
                float[] v,
                float[] average,
                float[] g,
                float[] u,
                int n,
                float rho,
                float rate,
                float epsilon,
                float lr) {
            for (int i = 0; i < n; i++) {
                float velocity = rho * v[i] + rate * (g[i] * g[i]);
                float mean = rho * average[i] + rate * g[i];
                v[i] = velocity;
                average[i] = mean;
                u[i] = lr * g[i] / (float) Math.sqrt(velocity - mean * mean + epsilon);
            }
        }

        private static void move(float[] w, float[] u, int n) {
            for (int i = 0; i < n; i++) {
                w[i] -= u[i];
            }
        }

        private static void momentum(float[] w, float[] m, float[] u, int n, float momentum) {
            for (int i = 0; i < n; i++) {
                float next = momentum * m[i] + u[i];
                m[i] = next;
                w[i] -= next;
            }
        }
    }
}
