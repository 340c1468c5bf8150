package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.backend.cpu.Pipeline.Argument;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.ArgMax;
import dev.thaw.op.Cast;
import dev.thaw.op.Equal;
import dev.thaw.op.OneHot;
import dev.thaw.op.SoftmaxCrossEntropy;
import dev.thaw.op.SoftmaxCrossEntropyGrad;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.List;

/**
 * What deals with classes: loops over rows in Java, with the exponentials and logarithms of
 * cross-entropy by oneDNN.
 */
final class ClassificationKernels {
    /** Elements for which a thread pays. */
    private static final int GRAIN = 65_536;

    private ClassificationKernels() {}

    static void register(KernelTable table) {
        table.add(SoftmaxCrossEntropy.class, ClassificationKernels::crossEntropy);
        table.add(SoftmaxCrossEntropyGrad.class, ClassificationKernels::crossEntropyGrad);
        table.add(OneHot.class, ClassificationKernels::oneHot);
        table.add(ArgMax.class, ClassificationKernels::argMax);
        table.add(Equal.class, ClassificationKernels::equal);
        table.add(Cast.class, ClassificationKernels::cast);
    }

    /** Rows of some classes, handled on several threads where that pays. */
    private static void forEachRow(int rows, int classes, Workers.Part part) {
        Workers.run(rows, Math.max(1, GRAIN / Math.max(1, classes)), 1, part);
    }

    /** The targets of a row, whichever way they are given. */
    private static final class Targets {
        private final int classes;
        private final FloatBuffer shares;
        private final IntBuffer labels;
        private final float[][] rows;

        Targets(Value target, int classes, Pipeline.Memory m) {
            this.classes = classes;
            boolean labelled = target.dtype() == DType.INT32;
            labels = labelled ? m.of(target).ints() : null;
            shares = labelled ? null : m.of(target).floats();
            rows = new float[Workers.SLOTS][labelled ? 0 : classes];
        }

        boolean labelled() {
            return labels != null;
        }

        /** A row's class. */
        int label(int row) {
            int label = labels.get(row);
            if (label < 0 || label >= classes) {
                throw new IllegalArgumentException(
                        "target: row %s must hold a class in [0, %s), got %s"
                                .formatted(row, classes, label));
            }
            return label;
        }

        /** A row's share of each class. */
        float[] row(int slot, int row) {
            shares.get(row * classes, rows[slot]);
            return rows[slot];
        }
    }

    /**
     * The sum of t (ln S + m - z), with m the largest z and S the sum of e^(z - m). oneDNN's own ln
     * softmax is off by up to 4e-6, whatever it is; from its softmax p, whose largest is 1 / S, ln
     * S is got to the last place, and never below 0.
     */
    private static Prepared crossEntropy(SoftmaxCrossEntropy op) {
        int rows = op.logits().shape().dim(0);
        int classes = op.logits().shape().dim(1);
        if (op.logits().size() == 0) {
            return Pipeline.zeros(op.loss());
        }
        Pipeline line = new Pipeline();
        Primitive p =
                line.own(NormalizationKernels.softmaxForward(rows, classes, dnnl_softmax_accurate));
        Pipeline.Storage shares = line.room(op.logits().size() * Float.BYTES);
        return line.then(
                        p,
                        List.of(
                                new Argument(DNNL_ARG_SRC, Pipeline.operand(op.logits())),
                                new Argument(DNNL_ARG_DST, shares)))
                .then(
                        m ->
                                losses(
                                        rows,
                                        new Logits(
                                                classes,
                                                m.of(op.logits()).floats(),
                                                shares.in(m).floats()),
                                        new Targets(op.target(), classes, m),
                                        m.of(op.loss()).floats()));
    }

    /** Rows of logits z with their softmax p. */
    private record Logits(int classes, FloatBuffer z, FloatBuffer p) {
        /** Where a row's largest logit is; where one is NaN the loss becomes NaN anyway. */
        int best(int row) {
            int best = row * classes;
            for (int i = best + 1; i < (row + 1) * classes; i++) {
                best = z.get(i) > z.get(best) ? i : best;
            }
            return best;
        }

        /** ln S = ln(1 + what the others have of the largest), which keeps what is next to 0. */
        double logarithm(int row, int best) {
            double others = 0;
            for (int i = row * classes; i < (row + 1) * classes; i++) {
                others += i == best ? 0 : p.get(i);
            }
            return Math.log1p(others / p.get(best));
        }
    }

    private static Kernel losses(int rows, Logits logits, Targets targets, FloatBuffer loss) {
        int classes = logits.classes();
        return () ->
                forEachRow(
                        rows,
                        classes,
                        (slot, from, to) -> {
                            for (int r = from; r < to; r++) {
                                int best = logits.best(r);
                                double log = logits.logarithm(r, best) + logits.z().get(best);
                                loss.put(r, (float) loss(slot, r, log, logits, targets));
                            }
                        });
    }

    /** log is ln S + m. */
    private static double loss(int slot, int row, double log, Logits logits, Targets targets) {
        int first = row * logits.classes();
        if (targets.labelled()) {
            return log - logits.z().get(first + targets.label(row));
        }
        float[] shares = targets.row(slot, row);
        double sum = 0;
        for (int i = 0; i < shares.length; i++) {
            sum += (log - logits.z().get(first + i)) * shares[i];
        }
        return sum;
    }

    private static Prepared crossEntropyGrad(SoftmaxCrossEntropyGrad op) {
        int rows = op.logits().shape().dim(0);
        int classes = op.logits().shape().dim(1);
        if (op.logits().size() == 0) {
            return (buffers, workspace) -> () -> {};
        }
        Pipeline line = new Pipeline();
        Primitive p =
                line.own(NormalizationKernels.softmaxForward(rows, classes, dnnl_softmax_accurate));
        return line.then(
                        p,
                        List.of(
                                new Argument(DNNL_ARG_SRC, Pipeline.operand(op.logits())),
                                new Argument(DNNL_ARG_DST, Pipeline.operand(op.dlogits()))))
                .then(
                        m ->
                                logitGradients(
                                        rows,
                                        classes,
                                        new Targets(op.target(), classes, m),
                                        m.of(op.dloss()).floats(),
                                        m.of(op.dlogits()).floats()));
    }

    /** Turns softmax(z) into the gradient, in place. */
    private static Kernel logitGradients(
            int rows, int classes, Targets targets, FloatBuffer dloss, FloatBuffer dz) {
        float[][] scratch = new float[Workers.SLOTS][classes];
        return () ->
                forEachRow(
                        rows,
                        classes,
                        (slot, from, to) -> {
                            float[] row = scratch[slot];
                            for (int r = from; r < to; r++) {
                                dz.get(r * classes, row);
                                float upstream = dloss.get(r);
                                if (targets.labelled()) {
                                    row[targets.label(r)] -= 1;
                                    scale(row, upstream);
                                } else {
                                    difference(row, targets.row(slot, r), upstream);
                                }
                                dz.put(r * classes, row);
                            }
                        });
    }

    private static void scale(float[] row, float factor) {
        for (int i = 0; i < row.length; i++) {
            row[i] *= factor;
        }
    }

    private static void difference(float[] row, float[] target, float factor) {
        double sum = 0;
        for (float t : target) {
            sum += t;
        }
        float whole = (float) sum;
        for (int i = 0; i < row.length; i++) {
            row[i] = factor * (row[i] * whole - target[i]);
        }
    }

    private static Prepared oneHot(OneHot op) {
        int classes = op.y().shape().last();
        int rows = Math.toIntExact(op.classes().size());
        return new Pipeline()
                .then(
                        m -> {
                            IntBuffer labels = m.of(op.classes()).ints();
                            FloatBuffer y = m.of(op.y()).floats();
                            float[] row = new float[classes];
                            return () -> {
                                for (int r = 0; r < rows; r++) {
                                    int label = labels.get(r);
                                    boolean known = label >= 0 && label < classes;
                                    if (known) {
                                        row[label] = 1;
                                    }
                                    y.put(r * classes, row);
                                    if (known) {
                                        row[label] = 0;
                                    }
                                }
                            };
                        });
    }

    private static Prepared argMax(ArgMax op) {
        int classes = op.x().shape().last();
        int rows = Math.toIntExact(op.y().size());
        return new Pipeline()
                .then(
                        m -> {
                            FloatBuffer x = m.of(op.x()).floats();
                            IntBuffer y = m.of(op.y()).ints();
                            float[][] scratch = new float[Workers.SLOTS][classes];
                            return () ->
                                    forEachRow(
                                            rows,
                                            classes,
                                            (slot, from, to) -> {
                                                for (int r = from; r < to; r++) {
                                                    x.get(r * classes, scratch[slot]);
                                                    y.put(r, firstLargest(scratch[slot]));
                                                }
                                            });
                        });
    }

    private static int firstLargest(float[] row) {
        int best = 0;
        for (int i = 1; i < row.length; i++) {
            if (row[i] > row[best]) {
                best = i;
            }
        }
        return best;
    }

    private static Prepared equal(Equal op) {
        int n = Math.toIntExact(op.y().size());
        return new Pipeline()
                .then(
                        m -> {
                            FloatBuffer y = m.of(op.y()).floats();
                            Match match = match(op, m);
                            return () -> {
                                for (int i = 0; i < n; i++) {
                                    y.put(i, match.at(i) ? 1 : 0);
                                }
                            };
                        });
    }

    private static Prepared cast(Cast op) {
        int n = Math.toIntExact(op.y().size());
        return new Pipeline()
                .then(
                        m -> {
                            FloatBuffer y = m.of(op.y()).floats();
                            if (op.x().dtype() == DType.INT32) {
                                IntBuffer x = m.of(op.x()).ints();
                                return () -> {
                                    for (int i = 0; i < n; i++) {
                                        y.put(i, x.get(i));
                                    }
                                };
                            }
                            LongBuffer x = m.of(op.x()).longs();
                            return () -> {
                                for (int i = 0; i < n; i++) {
                                    y.put(i, x.get(i));
                                }
                            };
                        });
    }

    /** Whether the two elements at an index are equal. */
    @FunctionalInterface
    private interface Match {
        boolean at(int index);
    }

    private static Match match(Equal op, Pipeline.Memory m) {
        CpuBuffer a = m.of(op.a());
        CpuBuffer b = m.of(op.b());
        return switch (op.a().dtype()) {
            case FLOAT32 -> {
                FloatBuffer x = a.floats();
                FloatBuffer y = b.floats();
                yield i -> x.get(i) == y.get(i);
            }
            case INT32 -> {
                IntBuffer x = a.ints();
                IntBuffer y = b.ints();
                yield i -> x.get(i) == y.get(i);
            }
            case INT64 -> {
                LongBuffer x = a.longs();
                LongBuffer y = b.longs();
                yield i -> x.get(i) == y.get(i);
            }
        };
    }
}
