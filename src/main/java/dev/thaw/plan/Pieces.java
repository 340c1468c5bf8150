package dev.thaw.plan;

import dev.thaw.backend.spi.Backend;
import dev.thaw.op.Value;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs a plan for few samples over a batch of any size, piece by piece, several pieces side by
 * side. A piece is small enough for what lies between its ops to stay in cache, and each runs on
 * one thread, so that threads wait for each other once a batch and not at each op. The last piece
 * may be partly filled: its other samples are what was there before, and nobody reads what becomes
 * of them. Only for programs that keep samples apart ({@link SampleFlow}), unless the batch is the
 * plan's own.
 */
public final class Pieces implements AutoCloseable {
    private final Backend backend;
    private final Plan plan;
    private final int capacity;
    private final List<Plan> lanes = new ArrayList<>();

    /**
     * Takes the plan over.
     *
     * @param capacity how many samples the plan runs at a time
     */
    public Pieces(Plan plan, int capacity, Backend backend) {
        this.plan = plan;
        this.capacity = capacity;
        this.backend = backend;
        lanes.add(plan);
    }

    /** The plan of a piece. */
    public Plan plan() {
        return plan;
    }

    /**
     * Runs a batch.
     *
     * @param inputs the program's inputs
     * @param x their contents, of the same number of rows
     * @param outputs what is wanted
     */
    public List<Tensor> run(List<Value> inputs, List<Tensor> x, List<Value> outputs) {
        int rows = x.get(0).shape().dim(0);
        outputs.forEach(v -> plan.refuseTooLarge(v, rows));
        List<Tensor> results =
                outputs.stream()
                        .map(v -> Tensor.zeros(v.shape().withBatch(rows), v.dtype()))
                        .toList();
        int pieces = capacity == 0 ? 0 : (rows + capacity - 1) / capacity;
        int used = Math.min(pieces, Math.max(1, backend.lanes()));
        while (lanes.size() < used) {
            lanes.add(plan.twin());
        }
        plan.ready();
        AtomicInteger next = new AtomicInteger();
        backend.sideBySide(
                used,
                lane -> {
                    for (int i = next.getAndIncrement(); i < pieces; i = next.getAndIncrement()) {
                        int first = i * capacity;
                        int count = Math.min(capacity, rows - first);
                        Plan p = lanes.get(lane);
                        for (int j = 0; j < inputs.size(); j++) {
                            p.feed(inputs.get(j), x.get(j), first, count);
                        }
                        p.launch();
                        for (int j = 0; j < outputs.size(); j++) {
                            p.fetch(outputs.get(j), results.get(j), first, count);
                        }
                    }
                });
        return results;
    }

    @Override
    public void close() {
        for (int i = lanes.size() - 1; i >= 0; i--) {
            lanes.get(i).close();
        }
    }
}
