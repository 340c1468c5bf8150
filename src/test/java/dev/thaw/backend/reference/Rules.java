package dev.thaw.backend.reference;

import dev.thaw.op.Gate;
import dev.thaw.op.RuleUpdate;
import dev.thaw.op.UpdateRule;
import dev.thaw.op.Value;

import java.nio.DoubleBuffer;
import java.util.List;

/** {@link RuleUpdate}, formula by formula as {@link UpdateRule} writes them. */
final class Rules {
    private Rules() {}

    static void register(Table table) {
        table.add(RuleUpdate.class, Rules::update);
        table.add(Gate.class, Rules::gate);
    }

    /** The numbers of one element: before, and after. */
    private static final class Element {
        double w;
        double g;
        double first;
        double second;
        double third;
    }

    /** What is the same for all elements. */
    private record Step(double lr, double t, double product) {}

    private static void update(RuleUpdate op, Cells cells) {
        if (cells.integer(op.health()) >= 0) {
            return;
        }
        Step step =
                new Step(
                        op.learningRate() == null ? 0 : cells.number(op.learningRate()),
                        cells.integer(op.iteration()) + 1,
                        op.product() == null ? 0 : cells.number(op.product()));
        for (int k = 0; k < op.weights().size(); k++) {
            DoubleBuffer w = cells.numbers(op.weights().get(k));
            DoubleBuffer g = slot(op.gradients(), k, cells);
            DoubleBuffer first = slot(op.first(), k, cells);
            DoubleBuffer second = slot(op.second(), k, cells);
            DoubleBuffer third = slot(op.third(), k, cells);
            for (int i = 0; i < op.weights().get(k).size(); i++) {
                Element e = new Element();
                e.w = w.get(i) - w.get(i) * op.weightDecay() * step.lr;
                e.g = get(g, i);
                e.first = get(first, i);
                e.second = get(second, i);
                e.third = get(third, i);
                apply(op.rule(), e, step);
                w.put(i, e.w);
                put(first, i, e.first);
                put(second, i, e.second);
                put(third, i, e.third);
            }
        }
    }

    private static DoubleBuffer slot(List<Value> slots, int of, Cells cells) {
        return slots.isEmpty() ? null : cells.numbers(slots.get(of));
    }

    private static double get(DoubleBuffer b, int i) {
        return b == null ? 0 : b.get(i);
    }

    private static void put(DoubleBuffer b, int i, double x) {
        if (b != null) {
            b.put(i, x);
        }
    }

    private static void apply(UpdateRule rule, Element e, Step s) {
        if (rule instanceof UpdateRule.Adagrad r) {
            e.first += e.g * e.g;
            e.w -= s.lr * e.g / Math.sqrt(e.first + r.epsilon());
        } else if (rule instanceof UpdateRule.Adadelta r) {
            e.first = r.rho() * e.first + (1 - r.rho()) * e.g * e.g;
            double d = -e.g * Math.sqrt(e.second + r.epsilon()) / Math.sqrt(e.first + r.epsilon());
            e.second = r.rho() * e.second + (1 - r.rho()) * d * d;
            e.w += s.lr * d;
        } else if (rule instanceof UpdateRule.Adamax r) {
            e.first += (e.g - e.first) * (1 - r.beta1());
            e.second = Math.max(r.beta2() * e.second, Math.abs(e.g));
            e.w -= s.lr * e.first / ((1 - Math.pow(r.beta1(), s.t)) * (e.second + r.epsilon()));
        } else if (rule instanceof UpdateRule.Amsgrad r) {
            double a = s.lr * Math.sqrt(1 - Math.pow(r.beta2(), s.t));
            e.first += (e.g - e.first) * (1 - r.beta1());
            e.second += (e.g * e.g - e.second) * (1 - r.beta2());
            e.third = Math.max(e.third, e.second);
            e.w -=
                    a
                            / (1 - Math.pow(r.beta1(), s.t))
                            * e.first
                            / (Math.sqrt(e.third) + r.epsilon());
        } else if (rule instanceof UpdateRule.Nadam r) {
            double now = r.beta1() * (1 - Math.pow(0.96, s.t) / 2);
            double next = r.beta1() * (1 - Math.pow(0.96, s.t + 1) / 2);
            e.first += (e.g - e.first) * (1 - r.beta1());
            e.second += (e.g * e.g - e.second) * (1 - r.beta2());
            double m = next * e.first / (1 - s.product * next) + (1 - now) * e.g / (1 - s.product);
            double v = e.second / (1 - Math.pow(r.beta2(), s.t));
            e.w -= s.lr * m / (Math.sqrt(v) + r.epsilon());
        } else if (rule instanceof UpdateRule.NadamProduct r) {
            e.w *= r.beta1() * (1 - Math.pow(0.96, s.t) / 2);
        } else if (rule instanceof UpdateRule.Lion r) {
            e.w -= s.lr * Math.signum(r.beta1() * e.first + (1 - r.beta1()) * e.g);
            e.first = r.beta2() * e.first + (1 - r.beta2()) * e.g;
        } else if (rule instanceof UpdateRule.Ftrl r) {
            ftrl(r, e, s.lr);
        } else if (rule instanceof UpdateRule.WeightAverage r) {
            double momentum = s.t == 1 ? 0 : r.momentum();
            e.first = momentum * e.first + (1 - momentum) * e.w;
            e.w = r.frequency() > 0 && s.t % r.frequency() == 0 ? e.first : e.w;
        } else if (rule instanceof UpdateRule.Add) {
            e.w += e.g;
        } else if (rule instanceof UpdateRule.Assign) {
            e.w = e.g;
        } else if (rule instanceof UpdateRule.Clear) {
            e.w = 0;
        } else {
            throw new IllegalStateException("no formula for " + rule);
        }
    }

    private static void ftrl(UpdateRule.Ftrl r, Element e, double lr) {
        double n = e.first + e.g * e.g;
        double now = Math.pow(n, -r.power());
        double before = Math.pow(e.first, -r.power());
        e.second += e.g + 2 * r.shrinkage() * e.w - (now - before) * e.w / lr;
        double clipped = Math.min(Math.max(e.second, -r.l1()), r.l1());
        e.w = (clipped - e.second) / (now / lr + 2 * r.l2() + r.beta() / lr);
        e.first = n;
    }

    private static void gate(Gate op, Cells cells) {
        long i = cells.integer(op.iteration());
        boolean open = cells.integer(op.health()) < 0 && (i + 1) % op.period() == 0;
        cells.integers(op.count()).put(0, i / op.period());
        cells.integers(op.gate()).put(0, open ? -1 : 0);
    }
}
