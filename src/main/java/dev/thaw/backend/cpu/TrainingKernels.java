package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Accumulate;
import dev.thaw.op.ApplyRule;
import dev.thaw.op.Assign;
import dev.thaw.op.Gate;
import dev.thaw.op.Guard;
import dev.thaw.op.MovingAverage;
import dev.thaw.op.Value;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;

/** What changes states: optimizers, moving statistics, running sums, the guard. */
final class TrainingKernels {
    private TrainingKernels() {}

    static void register(KernelTable table) {
        table.add(MovingAverage.class, TrainingKernels::movingAverage);
        table.add(Accumulate.class, TrainingKernels::accumulate);
        table.add(Guard.class, TrainingKernels::guard);
        table.add(ApplyRule.class, op -> (b, workspace) -> new UpdateKernel(op, b));
        table.add(Assign.class, op -> (b, workspace) -> UpdateKernel.assign(op, b));
        table.add(Gate.class, TrainingKernels::gate);
    }

    private static Prepared movingAverage(MovingAverage op) {
        return (buffers, workspace) -> {
            List<Kernel> all = new ArrayList<>();
            for (int i = 0; i < op.moving().size(); i++) {
                Value v = op.moving().get(i);
                FloatBuffer moving = Tiles.floats(v, buffers);
                FloatBuffer batch = Tiles.floats(op.batch().get(i), buffers);
                all.add(movingAverage(moving, batch, Math.toIntExact(v.size()), op.momentum()));
            }
            return () -> all.forEach(Kernel::launch);
        };
    }

    private static Kernel movingAverage(
            FloatBuffer moving, FloatBuffer batch, int size, double momentum) {
        float keep = (float) momentum;
        float take = (float) (1 - momentum);
        float[] was = new float[Math.min(size, Tiles.SIZE)];
        float[] is = new float[was.length];
        return () -> {
            for (int at = 0; at < size; at += Tiles.SIZE) {
                int n = Math.min(Tiles.SIZE, size - at);
                moving.get(at, was, 0, n);
                batch.get(at, is, 0, n);
                average(was, is, n, keep, take);
                moving.put(at, was, 0, n);
            }
        };
    }

    private static void average(float[] was, float[] is, int n, float keep, float take) {
        for (int i = 0; i < n; i++) {
            was[i] = Float.isFinite(is[i]) ? was[i] * keep + is[i] * take : was[i];
        }
    }

    private static Prepared accumulate(Accumulate op) {
        int size = Math.toIntExact(op.x().size());
        double scale = op.scale();
        return (buffers, workspace) -> {
            FloatBuffer total = Tiles.floats(op.total(), buffers);
            FloatBuffer x = Tiles.floats(op.x(), buffers);
            float[] tile = new float[Tiles.SIZE];
            return () -> {
                double sum = 0;
                for (int at = 0; at < size; at += Tiles.SIZE) {
                    int n = Math.min(Tiles.SIZE, size - at);
                    x.get(at, tile, 0, n);
                    sum += Fold.SUM.all(tile, 0, 1, n);
                }
                total.put(0, (float) (total.get(0) + scale * sum));
            };
        };
    }

    private static Prepared guard(Guard op) {
        return (buffers, workspace) -> {
            List<FloatBuffer> watched =
                    op.watched().stream().map(v -> Tiles.floats(v, buffers)).toList();
            int[] sizes = op.watched().stream().mapToInt(v -> Math.toIntExact(v.size())).toArray();
            LongBuffer iteration = Tiles.longs(op.iteration(), buffers);
            LongBuffer health = Tiles.longs(op.health(), buffers);
            float[] tile = new float[Tiles.SIZE];
            return () -> {
                boolean finite = true;
                for (int i = 0; i < sizes.length; i++) {
                    finite &= isFinite(watched.get(i), sizes[i], tile);
                }
                if (health.get(0) < 0 && !finite) {
                    health.put(0, iteration.get(0));
                }
            };
        };
    }

    private static boolean isFinite(FloatBuffer x, int size, float[] tile) {
        boolean finite = true;
        for (int at = 0; at < size; at += Tiles.SIZE) {
            int n = Math.min(Tiles.SIZE, size - at);
            x.get(at, tile, 0, n);
            for (int i = 0; i < n; i++) {
                finite &= Float.isFinite(tile[i]);
            }
        }
        return finite;
    }

    private static Prepared gate(Gate op) {
        return (buffers, workspace) -> {
            LongBuffer iteration = Tiles.longs(op.iteration(), buffers);
            LongBuffer health = Tiles.longs(op.health(), buffers);
            LongBuffer count = Tiles.longs(op.count(), buffers);
            LongBuffer gate = Tiles.longs(op.gate(), buffers);
            return () -> {
                long i = iteration.get(0);
                count.put(0, i / op.period());
                gate.put(0, health.get(0) < 0 && (i + 1) % op.period() == 0 ? -1 : 0);
            };
        };
    }
}
