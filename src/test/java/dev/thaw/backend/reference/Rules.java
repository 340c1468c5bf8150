package dev.thaw.backend.reference;

import dev.thaw.op.ApplyRule;
import dev.thaw.op.Assign;
import dev.thaw.op.Gate;
import dev.thaw.op.UpdateRule;

import java.nio.DoubleBuffer;
import java.util.List;

/** {@link ApplyRule}, formula by formula as {@link UpdateRule} writes them. */
final class Rules {
    private Rules() {}

    static void register(Table table) {
        table.add(ApplyRule.class, Rules::update);
        table.add(Assign.class, Rules::assign);
        table.add(Gate.class, Rules::gate);
    }

    /** What is the same for all elements. */
    private record Step(double lr, double t, double product) {}

    private static void update(ApplyRule op, Cells cells) {
        if (cells.integer(op.health()) >= 0) {
            return;
        }
        Step step =
                new Step(
                        cells.number(op.learningRate()),
                        cells.integer(op.iteration()) + 1,
                        op.product() == null ? 0 : cells.number(op.product()));
        for (int k = 0; k < op.weights().size(); k++) {
            int weight = k;
            DoubleBuffer w = cells.numbers(op.weights().get(k));
            DoubleBuffer gradient =
                    op.gradients().isEmpty() ? null : cells.numbers(op.gradients().get(k));
            List<DoubleBuffer> slots =
                    op.slots().stream().map(s -> cells.numbers(s.get(weight))).toList();
            double[] s = new double[slots.size()];
            for (int i = 0; i < op.weights().get(k).size(); i++) {
                for (int j = 0; j < s.length; j++) {
                    s[j] = slots.get(j).get(i);
                }
                double g = gradient == null ? 0 : gradient.get(i);
                double decay = k < op.decayed() ? op.weightDecay() : 0;
                double decayed = w.get(i) - w.get(i) * decay * step.lr;
                w.put(i, apply(op.rule(), decayed, g, s, step));
                for (int j = 0; j < s.length; j++) {
                    slots.get(j).put(i, s[j]);
                }
            }
        }
    }

    private static void assign(Assign op, Cells cells) {
        for (int k = 0; k < op.targets().size() && cells.integer(op.health()) < 0; k++) {
            DoubleBuffer target = cells.numbers(op.targets().get(k));
            DoubleBuffer value = cells.numbers(op.values().get(op.fills() ? 0 : k));
            for (int i = 0; i < op.targets().get(k).size(); i++) {
                target.put(i, value.get(op.fills() ? 0 : i));
            }
        }
    }

    /** The new weight; the slots s change in place. */
    private static double apply(UpdateRule rule, double w, double g, double[] s, Step step) {
        double lr = step.lr;
        if (rule instanceof UpdateRule.Sgd) {
            return w - lr * g;
        } else if (rule instanceof UpdateRule.Momentum r) {
            s[0] = r.momentum() * s[0] - lr * g;
            return w + s[0];
        } else if (rule instanceof UpdateRule.Nesterov r) {
            s[0] = r.momentum() * s[0] - lr * g;
            return w + r.momentum() * s[0] - lr * g;
        } else if (rule instanceof UpdateRule.Rmsprop r) {
            return rmsprop(r, w, g, s, lr);
        } else if (rule instanceof UpdateRule.Adagrad r) {
            s[0] += g * g;
            return w - lr * g / Math.sqrt(s[0] + r.epsilon());
        } else if (rule instanceof UpdateRule.Adadelta r) {
            s[0] = r.rho() * s[0] + (1 - r.rho()) * g * g;
            double d = -g * Math.sqrt(s[1] + r.epsilon()) / Math.sqrt(s[0] + r.epsilon());
            s[1] = r.rho() * s[1] + (1 - r.rho()) * d * d;
            return w + lr * d;
        } else if (rule instanceof UpdateRule.Lion r) {
            double direction = Math.signum(r.beta1() * s[0] + (1 - r.beta1()) * g);
            s[0] = r.beta2() * s[0] + (1 - r.beta2()) * g;
            return w - lr * direction;
        } else if (rule instanceof UpdateRule.Ftrl r) {
            return ftrl(r, w, g, s, lr);
        } else if (rule instanceof UpdateRule.Average r) {
            double momentum = step.t == 1 ? 0 : r.momentum();
            return momentum * w + (1 - momentum) * g;
        } else if (rule instanceof UpdateRule.Sum) {
            return w + g;
        }
        return moments(rule, w, g, s, step);
    }

    private static double moments(UpdateRule rule, double w, double g, double[] s, Step step) {
        double lr = step.lr;
        double t = step.t;
        if (rule instanceof UpdateRule.Adam r) {
            double a = lr * Math.sqrt(1 - Math.pow(r.beta2(), t)) / (1 - Math.pow(r.beta1(), t));
            s[0] += (g - s[0]) * (1 - r.beta1());
            s[1] += (g * g - s[1]) * (1 - r.beta2());
            return w - a * s[0] / (Math.sqrt(s[1]) + r.epsilon());
        } else if (rule instanceof UpdateRule.Amsgrad r) {
            double a = lr * Math.sqrt(1 - Math.pow(r.beta2(), t)) / (1 - Math.pow(r.beta1(), t));
            s[0] += (g - s[0]) * (1 - r.beta1());
            s[1] += (g * g - s[1]) * (1 - r.beta2());
            s[2] = Math.max(s[2], s[1]);
            return w - a * s[0] / (Math.sqrt(s[2]) + r.epsilon());
        } else if (rule instanceof UpdateRule.Adamax r) {
            s[0] += (g - s[0]) * (1 - r.beta1());
            s[1] = Math.max(r.beta2() * s[1], Math.abs(g));
            return w - lr * s[0] / ((1 - Math.pow(r.beta1(), t)) * (s[1] + r.epsilon()));
        } else if (rule instanceof UpdateRule.Nadam r) {
            double now = r.beta1() * (1 - Math.pow(0.96, t) / 2);
            double next = r.beta1() * (1 - Math.pow(0.96, t + 1) / 2);
            s[0] += (g - s[0]) * (1 - r.beta1());
            s[1] += (g * g - s[1]) * (1 - r.beta2());
            double m = next * s[0] / (1 - step.product * next) + (1 - now) * g / (1 - step.product);
            double v = s[1] / (1 - Math.pow(r.beta2(), t));
            return w - lr * m / (Math.sqrt(v) + r.epsilon());
        } else if (rule instanceof UpdateRule.NadamProduct r) {
            return w * r.beta1() * (1 - Math.pow(0.96, t) / 2);
        }
        throw new IllegalStateException("no formula for " + rule);
    }

    private static double rmsprop(UpdateRule.Rmsprop r, double w, double g, double[] s, double lr) {
        s[0] = r.rho() * s[0] + (1 - r.rho()) * g * g;
        double d = s[0] + r.epsilon();
        if (r.centered()) {
            int average = s.length - 1;
            s[average] = r.rho() * s[average] + (1 - r.rho()) * g;
            d -= s[average] * s[average];
        }
        double u = lr * g / Math.sqrt(d);
        if (r.momentum() == 0) {
            return w - u;
        }
        s[1] = r.momentum() * s[1] + u;
        return w - s[1];
    }

    private static double ftrl(UpdateRule.Ftrl r, double w, double g, double[] s, double lr) {
        double n = s[0] + g * g;
        double now = Math.pow(n, -r.power());
        double before = Math.pow(s[0], -r.power());
        s[1] += g + 2 * r.shrinkage() * w - (now - before) * w / lr;
        s[0] = n;
        double clipped = Math.min(Math.max(s[1], -r.l1()), r.l1());
        return (clipped - s[1]) / (now / lr + 2 * r.l2() + r.beta() / lr);
    }

    private static void gate(Gate op, Cells cells) {
        long i = cells.integer(op.iteration());
        boolean open = cells.integer(op.health()) < 0 && (i + 1) % op.period() == 0;
        cells.integers(op.count()).put(0, i / op.period());
        cells.integers(op.gate()).put(0, open ? -1 : 0);
    }
}
