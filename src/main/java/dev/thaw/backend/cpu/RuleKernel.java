package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.op.RuleUpdate;
import dev.thaw.op.UpdateRule;
import dev.thaw.op.Value;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * See {@link RuleUpdate}. Tiles: the weights, the states, then the gradients. The constants that
 * depend on the step are computed once for all elements.
 */
final class RuleKernel extends OptimizerKernel {
    private static final int W = 0;
    private static final int FIRST = 1;
    private static final int SECOND = 2;
    private static final int THIRD = 3;

    private final UpdateRule rule;
    private final LongBuffer iteration;
    private final FloatBuffer product;

    /** What depends on the step, in the order in which a rule names it. */
    private float c0;

    private float c1;
    private float c2;

    RuleKernel(RuleUpdate op, Function<Value, Buffer> buffers) {
        super(op.learningRate(), op.health(), op.weightDecay(), buffers);
        rule = op.rule();
        iteration = Tiles.longs(op.iteration(), buffers);
        product = op.product() == null ? null : Tiles.floats(op.product(), buffers);
        List<List<Value>> operands = new ArrayList<>(op.changed());
        int changed = operands.size();
        if (rule.readsGradients()) {
            operands.add(op.gradients());
        }
        over(changed, operands, 0, buffers, step(changed));
    }

    @Override
    void begin() {
        double t = iteration.get(0) + 1.0;
        if (rule instanceof UpdateRule.Adamax r) {
            c0 = (float) (lr / (1 - Math.pow(r.beta1(), t)));
        } else if (rule instanceof UpdateRule.Amsgrad r) {
            c0 =
                    (float)
                            (lr
                                    * Math.sqrt(1 - Math.pow(r.beta2(), t))
                                    / (1 - Math.pow(r.beta1(), t)));
        } else if (rule instanceof UpdateRule.Nadam r) {
            double next = share(r.beta1(), t + 1);
            double made = product.get(0);
            c0 = (float) (next / (1 - made * next));
            c1 = (float) ((1 - share(r.beta1(), t)) / (1 - made));
            c2 = (float) (1 / (1 - Math.pow(r.beta2(), t)));
        } else if (rule instanceof UpdateRule.NadamProduct r) {
            c0 = (float) share(r.beta1(), t);
        } else if (rule instanceof UpdateRule.WeightAverage r) {
            c0 = (float) (t == 1 ? 0 : r.momentum());
            c1 = r.frequency() > 0 && t % r.frequency() == 0 ? 1 : 0;
        }
    }

    /** Nadam's u_t. */
    private static double share(double beta1, double t) {
        return beta1 * (1 - 0.5 * Math.pow(0.96, t));
    }

    private MultiTensor.Step step(int g) {
        if (rule instanceof UpdateRule.Adagrad r) {
            float epsilon = (float) r.epsilon();
            return (t, n) -> adagrad(t[W], t[FIRST], t[g], n, lr, epsilon);
        } else if (rule instanceof UpdateRule.Adadelta r) {
            float rho = (float) r.rho();
            float rate = (float) (1 - r.rho());
            float epsilon = (float) r.epsilon();
            return (t, n) -> adadelta(t[W], t[FIRST], t[SECOND], t[g], n, lr, rho, rate, epsilon);
        } else if (rule instanceof UpdateRule.Adamax r) {
            float rate1 = (float) (1 - r.beta1());
            float beta2 = (float) r.beta2();
            float epsilon = (float) r.epsilon();
            return (t, n) -> adamax(t[W], t[FIRST], t[SECOND], t[g], n, c0, rate1, beta2, epsilon);
        } else if (rule instanceof UpdateRule.Amsgrad r) {
            float rate1 = (float) (1 - r.beta1());
            float rate2 = (float) (1 - r.beta2());
            float epsilon = (float) r.epsilon();
            return (t, n) -> {
                moments(t[FIRST], t[SECOND], t[g], n, rate1, rate2);
                amsgrad(t[W], t[FIRST], t[SECOND], t[THIRD], n, c0, epsilon);
            };
        } else if (rule instanceof UpdateRule.Nadam r) {
            float rate1 = (float) (1 - r.beta1());
            float rate2 = (float) (1 - r.beta2());
            float epsilon = (float) r.epsilon();
            return (t, n) -> {
                moments(t[FIRST], t[SECOND], t[g], n, rate1, rate2);
                nadam(t[W], t[FIRST], t[SECOND], t[g], n, epsilon);
            };
        } else if (rule instanceof UpdateRule.Lion r) {
            float beta1 = (float) r.beta1();
            float beta2 = (float) r.beta2();
            return (t, n) -> lion(t[W], t[FIRST], t[g], n, lr, beta1, beta2);
        } else if (rule instanceof UpdateRule.Ftrl r) {
            return (t, n) -> ftrl(t[W], t[FIRST], t[SECOND], t[g], n, lr, r);
        }
        return plain(g);
    }

    private MultiTensor.Step plain(int g) {
        if (rule instanceof UpdateRule.NadamProduct) {
            return (t, n) -> scale(t[W], n, c0);
        } else if (rule instanceof UpdateRule.WeightAverage) {
            return (t, n) -> average(t[W], t[FIRST], n, c0, c1 != 0);
        } else if (rule instanceof UpdateRule.Add) {
            return (t, n) -> add(t[W], t[g], n);
        } else if (rule instanceof UpdateRule.Assign) {
            return (t, n) -> System.arraycopy(t[g], 0, t[W], 0, n);
        } else if (rule instanceof UpdateRule.Clear) {
            return (t, n) -> Arrays.fill(t[W], 0, n, 0);
        }
        throw new IllegalStateException("cpu: has no kernel for the rule " + rule);
    }

    private static void adagrad(float[] w, float[] a, float[] g, int n, float lr, float epsilon) {
        for (int i = 0; i < n; i++) {
            float sum = a[i] + g[i] * g[i];
            a[i] = sum;
            w[i] -= lr * g[i] / (float) Math.sqrt(sum + epsilon);
        }
    }

    private static void adadelta(
            float[] w,
            float[] squares,
            float[] deltas,
            float[] g,
            int n,
            float lr,
            float rho,
            float rate,
            float epsilon) {
        for (int i = 0; i < n; i++) {
            float s = rho * squares[i] + rate * (g[i] * g[i]);
            squares[i] = s;
            float d =
                    -((float) Math.sqrt(deltas[i] + epsilon) * g[i])
                            / (float) Math.sqrt(s + epsilon);
            deltas[i] = rho * deltas[i] + rate * (d * d);
            w[i] += lr * d;
        }
    }

    private static void adamax(
            float[] w,
            float[] m,
            float[] u,
            float[] g,
            int n,
            float rate,
            float rate1,
            float beta2,
            float epsilon) {
        for (int i = 0; i < n; i++) {
            float mean = m[i] + (g[i] - m[i]) * rate1;
            float largest = Math.max(beta2 * u[i], Math.abs(g[i]));
            m[i] = mean;
            u[i] = largest;
            w[i] -= rate * mean / (largest + epsilon);
        }
    }

    private static void moments(float[] m, float[] v, float[] g, int n, float rate1, float rate2) {
        for (int i = 0; i < n; i++) {
            m[i] += (g[i] - m[i]) * rate1;
            v[i] += (g[i] * g[i] - v[i]) * rate2;
        }
    }

    private static void amsgrad(
            float[] w, float[] m, float[] v, float[] most, int n, float a, float epsilon) {
        for (int i = 0; i < n; i++) {
            float largest = Math.max(most[i], v[i]);
            most[i] = largest;
            w[i] -= a * m[i] / ((float) Math.sqrt(largest) + epsilon);
        }
    }

    private void nadam(float[] w, float[] m, float[] v, float[] g, int n, float epsilon) {
        float ofMean = c0;
        float ofGradient = c1;
        float correction = c2;
        float rate = lr;
        for (int i = 0; i < n; i++) {
            float mean = ofMean * m[i] + ofGradient * g[i];
            w[i] -= rate * mean / ((float) Math.sqrt(v[i] * correction) + epsilon);
        }
    }

    private static void lion(
            float[] w, float[] m, float[] g, int n, float lr, float beta1, float beta2) {
        float rate1 = 1 - beta1;
        float rate2 = 1 - beta2;
        for (int i = 0; i < n; i++) {
            w[i] -= lr * Math.signum(m[i] * beta1 + g[i] * rate1);
            m[i] = m[i] * beta2 + g[i] * rate2;
        }
    }

    private static void ftrl(
            float[] w, float[] a, float[] linear, float[] g, int n, float lr, UpdateRule.Ftrl r) {
        float l1 = (float) r.l1();
        float shrink = (float) (2 * r.shrinkage());
        float squares = (float) (2 * (r.l2() + r.beta() / (2 * lr)));
        double power = -r.power();
        for (int i = 0; i < n; i++) {
            float sum = a[i] + g[i] * g[i];
            float now = (float) Math.pow(sum, power);
            float before = (float) Math.pow(a[i], power);
            float z = linear[i] + (g[i] + shrink * w[i] - (now - before) / lr * w[i]);
            linear[i] = z;
            a[i] = sum;
            w[i] = (Math.min(Math.max(z, -l1), l1) - z) / (now / lr + squares);
        }
    }

    private static void average(float[] w, float[] a, int n, float momentum, boolean overwrite) {
        float rate = 1 - momentum;
        for (int i = 0; i < n; i++) {
            a[i] = momentum * a[i] + rate * w[i];
        }
        if (overwrite) {
            System.arraycopy(a, 0, w, 0, n);
        }
    }

    private static void scale(float[] w, int n, float factor) {
        for (int i = 0; i < n; i++) {
            w[i] *= factor;
        }
    }

    private static void add(float[] w, float[] g, int n) {
        for (int i = 0; i < n; i++) {
            w[i] += g[i];
        }
    }
}
