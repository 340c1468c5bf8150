package dev.thaw.backend.reference;

import dev.thaw.op.AdamUpdate;
import dev.thaw.op.RmspropUpdate;
import dev.thaw.op.SgdUpdate;
import dev.thaw.op.Value;

import java.nio.DoubleBuffer;
import java.util.List;

final class Optimizers {
    private Optimizers() {}

    static void register(Table table) {
        table.add(SgdUpdate.class, Optimizers::sgd);
        table.add(AdamUpdate.class, Optimizers::adam);
        table.add(RmspropUpdate.class, Optimizers::rmsprop);
    }

    /** w = w - w weightDecay lr. */
    private static void decay(DoubleBuffer w, int i, double weightDecay, double lr) {
        w.put(i, w.get(i) - w.get(i) * weightDecay * lr);
    }

    private static DoubleBuffer slot(List<Value> slots, int of, Cells cells) {
        return slots.isEmpty() ? null : cells.numbers(slots.get(of));
    }

    private static void sgd(SgdUpdate op, Cells cells) {
        double lr = cells.number(op.learningRate());
        for (int k = 0; k < op.weights().size() && cells.integer(op.health()) < 0; k++) {
            DoubleBuffer w = cells.numbers(op.weights().get(k));
            DoubleBuffer g = cells.numbers(op.gradients().get(k));
            DoubleBuffer m = slot(op.momenta(), k, cells);
            for (int i = 0; i < op.weights().get(k).size(); i++) {
                decay(w, i, op.weightDecay(), lr);
                if (m == null) {
                    w.put(i, w.get(i) - lr * g.get(i));
                    continue;
                }
                m.put(i, op.momentum() * m.get(i) - lr * g.get(i));
                w.put(
                        i,
                        op.nesterov()
                                ? w.get(i) + op.momentum() * m.get(i) - lr * g.get(i)
                                : w.get(i) + m.get(i));
            }
        }
    }

    private static void adam(AdamUpdate op, Cells cells) {
        double lr = cells.number(op.learningRate());
        double t = cells.integer(op.iteration()) + 1;
        double a = lr * Math.sqrt(1 - Math.pow(op.beta2(), t)) / (1 - Math.pow(op.beta1(), t));
        for (int k = 0; k < op.weights().size() && cells.integer(op.health()) < 0; k++) {
            DoubleBuffer w = cells.numbers(op.weights().get(k));
            DoubleBuffer g = cells.numbers(op.gradients().get(k));
            DoubleBuffer m = cells.numbers(op.first().get(k));
            DoubleBuffer v = cells.numbers(op.second().get(k));
            for (int i = 0; i < op.weights().get(k).size(); i++) {
                decay(w, i, op.weightDecay(), lr);
                m.put(i, m.get(i) + (g.get(i) - m.get(i)) * (1 - op.beta1()));
                v.put(i, v.get(i) + (g.get(i) * g.get(i) - v.get(i)) * (1 - op.beta2()));
                w.put(i, w.get(i) - a * m.get(i) / (Math.sqrt(v.get(i)) + op.epsilon()));
            }
        }
    }

    private static void rmsprop(RmspropUpdate op, Cells cells) {
        double lr = cells.number(op.learningRate());
        double rho = op.rho();
        for (int k = 0; k < op.weights().size() && cells.integer(op.health()) < 0; k++) {
            DoubleBuffer w = cells.numbers(op.weights().get(k));
            DoubleBuffer g = cells.numbers(op.gradients().get(k));
            DoubleBuffer v = cells.numbers(op.velocities().get(k));
            DoubleBuffer m = slot(op.momenta(), k, cells);
            DoubleBuffer avg = slot(op.averages(), k, cells);
            for (int i = 0; i < op.weights().get(k).size(); i++) {
                decay(w, i, op.weightDecay(), lr);
                v.put(i, rho * v.get(i) + (1 - rho) * g.get(i) * g.get(i));
                double d = v.get(i) + op.epsilon();
                if (avg != null) {
                    avg.put(i, rho * avg.get(i) + (1 - rho) * g.get(i));
                    d -= avg.get(i) * avg.get(i);
                }
                double u = lr * g.get(i) / Math.sqrt(d);
                if (m != null) {
                    m.put(i, op.momentum() * m.get(i) + u);
                    u = m.get(i);
                }
                w.put(i, w.get(i) - u);
            }
        }
    }
}
