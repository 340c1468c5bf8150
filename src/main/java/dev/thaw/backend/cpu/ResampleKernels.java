package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.op.Resample;
import dev.thaw.op.Value;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.function.Function;

/** Products with sparse matrices along an axis: each row of results is a sum of rows. */
final class ResampleKernels {
    /** Numbers in a row from which staging it in heap arrays pays. */
    private static final int LONG_ROW = 16;

    private ResampleKernels() {}

    static void register(KernelTable table) {
        table.add(Resample.class, op -> (buffers, workspace) -> new Product(op, buffers));
    }

    /** One launch. */
    private static final class Product implements Kernel {
        private final FloatBuffer x;
        private final FloatBuffer y;
        private final IntBuffer startsThere;
        private final IntBuffer columnsThere;
        private final FloatBuffer weightsThere;
        private final int[] starts;
        private final int[] columns;
        private final float[] weights;
        private final int rows;
        private final int length;
        private final int inner;
        private final int all;
        private final float[][] terms = Tiles.perSlot();
        private final float[][] sums = Tiles.perSlot();
        private final Workers.Part part = this::part;

        Product(Resample op, Function<Value, Buffer> buffers) {
            x = Tiles.floats(op.x(), buffers);
            y = Tiles.floats(op.y(), buffers);
            startsThere = ((CpuBuffer) buffers.apply(op.starts())).ints();
            columnsThere = ((CpuBuffer) buffers.apply(op.columns())).ints();
            weightsThere = Tiles.floats(op.weights(), buffers);
            starts = new int[Math.toIntExact(op.starts().size())];
            columns = new int[Math.toIntExact(op.columns().size())];
            weights = new float[columns.length];
            rows = op.y().shape().dim(op.axis());
            length = op.x().shape().dim(op.axis());
            inner = op.inner();
            all = op.y().size() == 0 ? 0 : Math.toIntExact(op.y().size() / inner);
        }

        @Override
        public void launch() {
            startsThere.get(0, starts);
            columnsThere.get(0, columns);
            weightsThere.get(0, weights);
            Workers.run(all, Math.max(1, Tiles.GRAIN / Math.max(1, inner)), 1, part);
        }

        private void part(int slot, int from, int to) {
            for (int row = from; row < to; row++) {
                int matrixRow = row % rows;
                int source = row / rows * length;
                if (inner < LONG_ROW) {
                    shortRow(row, matrixRow, source);
                } else {
                    longRow(slot, row, matrixRow, source);
                }
            }
        }

        private void shortRow(int row, int matrixRow, int source) {
            for (int c = 0; c < inner; c++) {
                float sum = 0;
                for (int t = starts[matrixRow]; t < starts[matrixRow + 1]; t++) {
                    sum += weights[t] * x.get((source + columns[t]) * inner + c);
                }
                y.put(row * inner + c, sum);
            }
        }

        private void longRow(int slot, int row, int matrixRow, int source) {
            float[] sum = sums[slot];
            float[] term = terms[slot];
            for (int c = 0; c < inner; c += Tiles.SIZE) {
                int n = Math.min(Tiles.SIZE, inner - c);
                Arrays.fill(sum, 0, n, 0);
                for (int t = starts[matrixRow]; t < starts[matrixRow + 1]; t++) {
                    x.get((source + columns[t]) * inner + c, term, 0, n);
                    addTo(sum, term, weights[t], n);
                }
                y.put(row * inner + c, sum, 0, n);
            }
        }

        private static void addTo(float[] sum, float[] term, float weight, int n) {
            for (int i = 0; i < n; i++) {
                sum[i] += weight * term[i];
            }
        }
    }
}
