package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.op.ApplyRule;
import dev.thaw.op.Assign;
import dev.thaw.op.Value;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** See {@link ApplyRule}. Tiles: the weights, the slots, then the gradients. */
final class UpdateKernel implements Kernel {
    private final FloatBuffer learningRate;
    private final LongBuffer iteration;
    private final LongBuffer health;
    private final FloatBuffer product;
    private final RuleLoop loop;
    private final List<MultiTensor> parts = new ArrayList<>();

    UpdateKernel(ApplyRule op, Function<Value, Buffer> buffers) {
        learningRate = Tiles.floats(op.learningRate(), buffers);
        iteration = Tiles.longs(op.iteration(), buffers);
        health = Tiles.longs(op.health(), buffers);
        product = op.product() == null ? null : Tiles.floats(op.product(), buffers);
        loop = RuleLoop.of(op.rule());
        List<List<Value>> operands = new ArrayList<>(List.of(op.weights()));
        operands.addAll(op.slots());
        int changed = operands.size();
        if (op.rule().readsGradients()) {
            operands.add(op.gradients());
        }
        float decay = (float) op.weightDecay();
        MultiTensor.Loop decays = (t, n) -> decay(t[0], n, decay, loop.lr);
        int all = op.weights().size();
        add(changed, part(operands, 0, op.decayed()), List.of(decays, loop), buffers);
        add(changed, part(operands, op.decayed(), all), List.of(loop), buffers);
    }

    private static List<List<Value>> part(List<List<Value>> operands, int from, int to) {
        return operands.stream().map(list -> list.subList(from, to)).toList();
    }

    private void add(
            int changed,
            List<List<Value>> operands,
            List<MultiTensor.Loop> loops,
            Function<Value, Buffer> buffers) {
        if (!operands.get(0).isEmpty()) {
            parts.add(new MultiTensor(changed, operands, loops, buffers));
        }
    }

    @Override
    public void launch() {
        if (health.get(0) < 0) {
            loop.lr = learningRate.get(0);
            loop.begin(iteration.get(0) + 1.0, product == null ? 0 : product.get(0));
            parts.forEach(MultiTensor::run);
        }
    }

    private static void decay(float[] w, int n, float weightDecay, float lr) {
        for (int i = 0; i < n; i++) {
            w[i] -= w[i] * weightDecay * lr;
        }
    }

    /** See {@link Assign}. */
    static Kernel assign(Assign op, Function<Value, Buffer> buffers) {
        LongBuffer health = Tiles.longs(op.health(), buffers);
        FloatBuffer first = Tiles.floats(op.values().get(0), buffers);
        MultiTensor.Loop fill = (t, n) -> Arrays.fill(t[0], 0, n, first.get(0));
        MultiTensor.Loop copy = (t, n) -> System.arraycopy(t[1], 0, t[0], 0, n);
        MultiTensor tensors =
                op.fills()
                        ? new MultiTensor(1, List.of(op.targets()), List.of(fill), buffers)
                        : new MultiTensor(
                                1, List.of(op.targets(), op.values()), List.of(copy), buffers);
        return () -> {
            if (health.get(0) < 0) {
                tensors.run();
            }
        };
    }
}
