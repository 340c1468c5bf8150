package dev.thaw.backend.cpu;

import dev.thaw.op.UpdateRule;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The loop of an {@link UpdateRule} over a tile of each operand: the weights, the rule's slots,
 * then the gradients. What is not a weight or a slot is scratch. Constants are rounded to float32
 * where Keras rounds them.
 */
abstract class RuleLoop implements MultiTensor.Loop {
    private static final Map<Class<? extends UpdateRule>, Function<UpdateRule, RuleLoop>> TABLE =
            new HashMap<>();

    static {
        add(UpdateRule.Sgd.class, r -> sgd());
        add(UpdateRule.Momentum.class, RuleLoop::momentum);
        add(UpdateRule.Nesterov.class, RuleLoop::nesterov);
        add(UpdateRule.Rmsprop.class, RuleLoop::rmsprop);
        add(UpdateRule.Adam.class, AdamLoops::adam);
        add(UpdateRule.Amsgrad.class, AdamLoops::amsgrad);
        add(UpdateRule.Adamax.class, AdamLoops::adamax);
        add(UpdateRule.Nadam.class, AdamLoops::nadam);
        add(UpdateRule.NadamProduct.class, AdamLoops::nadamProduct);
        add(UpdateRule.Adagrad.class, RuleLoop::adagrad);
        add(UpdateRule.Adadelta.class, RuleLoop::adadelta);
        add(UpdateRule.Lion.class, RuleLoop::lion);
        add(UpdateRule.Ftrl.class, RuleLoop::ftrl);
        add(UpdateRule.Average.class, RuleLoop::average);
        add(UpdateRule.Sum.class, r -> sum());
    }

    /** The learning rate of this step. */
    float lr;

    private static <R extends UpdateRule> void add(Class<R> rule, Function<R, RuleLoop> maker) {
        TABLE.put(rule, r -> maker.apply(rule.cast(r)));
    }

    static RuleLoop of(UpdateRule rule) {
        Function<UpdateRule, RuleLoop> maker = TABLE.get(rule.getClass());
        if (maker == null) {
            throw new IllegalStateException("cpu: has no loop for the rule " + rule);
        }
        return maker.apply(rule);
    }

    /** Computes what all elements of step t share, after {@link #lr} was set. */
    void begin(double t, float product) {}

    private static RuleLoop sgd() {
        return new RuleLoop() {
            @Override
            public void run(float[][] t, int n) {
                float[] w = t[0];
                float[] g = t[1];
                for (int i = 0; i < n; i++) {
                    w[i] -= lr * g[i];
                }
            }
        };
    }

    private static RuleLoop momentum(UpdateRule.Momentum r) {
        float momentum = (float) r.momentum();
        return new RuleLoop() {
            @Override
            public void run(float[][] t, int n) {
                float[] w = t[0];
                float[] m = t[1];
                float[] g = t[2];
                for (int i = 0; i < n; i++) {
                    float next = momentum * m[i] - lr * g[i];
                    m[i] = next;
                    w[i] += next;
                }
            }
        };
    }

    private static RuleLoop nesterov(UpdateRule.Nesterov r) {
        float momentum = (float) r.momentum();
        return new RuleLoop() {
            @Override
            public void run(float[][] t, int n) {
                float[] w = t[0];
                float[] m = t[1];
                float[] g = t[2];
                for (int i = 0; i < n; i++) {
                    float next = momentum * m[i] - lr * g[i];
                    m[i] = next;
                    w[i] = w[i] + momentum * next - lr * g[i];
                }
            }
        };
    }

    /** The gradients' tile takes the steps u. */
    private static RuleLoop rmsprop(UpdateRule.Rmsprop r) {
        float momentum = (float) r.momentum();
        float rho = (float) r.rho();
        float rate = (float) (1 - r.rho());
        float epsilon = (float) r.epsilon();
        int states = r.slots().size();
        return new RuleLoop() {
            @Override
            public void run(float[][] t, int n) {
                float[] u = t[1 + states];
                if (r.centered()) {
                    centered(t[1], t[states], u, n);
                } else {
                    ratio(t[1], u, n);
                }
                if (momentum != 0) {
                    move(t[2], u, n);
                }
                float[] w = t[0];
                for (int i = 0; i < n; i++) {
                    w[i] -= u[i];
                }
            }

            private void ratio(float[] v, float[] u, int n) {
                for (int i = 0; i < n; i++) {
                    float velocity = rho * v[i] + rate * (u[i] * u[i]);
                    v[i] = velocity;
                    u[i] = lr * u[i] / (float) Math.sqrt(velocity + epsilon);
                }
            }

            private void centered(float[] v, float[] average, float[] u, int n) {
                for (int i = 0; i < n; i++) {
                    float velocity = rho * v[i] + rate * (u[i] * u[i]);
                    float mean = rho * average[i] + rate * u[i];
                    v[i] = velocity;
                    average[i] = mean;
                    u[i] = lr * u[i] / (float) Math.sqrt(velocity - mean * mean + epsilon);
                }
            }

            private void move(float[] m, float[] u, int n) {
                for (int i = 0; i < n; i++) {
                    float next = momentum * m[i] + u[i];
                    m[i] = next;
                    u[i] = next;
                }
            }
        };
    }

    private static RuleLoop adagrad(UpdateRule.Adagrad r) {
        float epsilon = (float) r.epsilon();
        return new RuleLoop() {
            @Override
            public void run(float[][] t, int n) {
                float[] w = t[0];
                float[] a = t[1];
                float[] g = t[2];
                for (int i = 0; i < n; i++) {
                    float sum = a[i] + g[i] * g[i];
                    a[i] = sum;
                    w[i] -= lr * g[i] / (float) Math.sqrt(sum + epsilon);
                }
            }
        };
    }

    private static RuleLoop adadelta(UpdateRule.Adadelta r) {
        float rho = (float) r.rho();
        float rate = (float) (1 - r.rho());
        float epsilon = (float) r.epsilon();
        return new RuleLoop() {
            @Override
            public void run(float[][] t, int n) {
                float[] w = t[0];
                float[] squares = t[1];
                float[] deltas = t[2];
                float[] g = t[3];
                for (int i = 0; i < n; i++) {
                    float s = rho * squares[i] + rate * (g[i] * g[i]);
                    squares[i] = s;
                    float root = (float) Math.sqrt(deltas[i] + epsilon);
                    float d = -(root * g[i]) / (float) Math.sqrt(s + epsilon);
                    deltas[i] = rho * deltas[i] + rate * (d * d);
                    w[i] += lr * d;
                }
            }
        };
    }

    private static RuleLoop lion(UpdateRule.Lion r) {
        float beta1 = (float) r.beta1();
        float beta2 = (float) r.beta2();
        return new RuleLoop() {
            @Override
            public void run(float[][] t, int n) {
                float[] w = t[0];
                float[] m = t[1];
                float[] g = t[2];
                for (int i = 0; i < n; i++) {
                    w[i] -= lr * Math.signum(m[i] * beta1 + g[i] * (1 - beta1));
                    m[i] = m[i] * beta2 + g[i] * (1 - beta2);
                }
            }
        };
    }

    private static RuleLoop ftrl(UpdateRule.Ftrl r) {
        float l1 = (float) r.l1();
        float shrink = (float) (2 * r.shrinkage());
        double power = -r.power();
        return new RuleLoop() {
            private float squares;

            @Override
            void begin(double t, float product) {
                squares = (float) (2 * (r.l2() + r.beta() / (2 * lr)));
            }

            @Override
            public void run(float[][] t, int n) {
                float[] w = t[0];
                float[] a = t[1];
                float[] linear = t[2];
                float[] g = t[3];
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
        };
    }

    private static RuleLoop average(UpdateRule.Average r) {
        return new RuleLoop() {
            private float momentum;

            @Override
            void begin(double t, float product) {
                momentum = t == 1 ? 0 : (float) r.momentum();
            }

            @Override
            public void run(float[][] t, int n) {
                float[] w = t[0];
                float[] g = t[1];
                for (int i = 0; i < n; i++) {
                    w[i] = momentum * w[i] + (1 - momentum) * g[i];
                }
            }
        };
    }

    private static RuleLoop sum() {
        return new RuleLoop() {
            @Override
            public void run(float[][] t, int n) {
                float[] w = t[0];
                float[] g = t[1];
                for (int i = 0; i < n; i++) {
                    w[i] += g[i];
                }
            }
        };
    }
}
