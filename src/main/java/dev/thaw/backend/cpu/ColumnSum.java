package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;

import org.bytedeco.dnnl.dnnl_memory_desc;

import java.util.Arrays;
import java.util.List;

/** Sums over the rows of a matrix, as ones[1, rows] · matrix[rows, columns]. */
final class ColumnSum {
    /** One-thread speed, for the choice of threads: the matrix is read once. */
    private static final double FLOATS_PER_NS = 8;

    private ColumnSum() {}

    static Primitive primitive(long rows, long columns) {
        dnnl_memory_desc ones = Dnnl.dense(1, rows);
        dnnl_memory_desc x = Dnnl.dense(rows, columns);
        dnnl_memory_desc y = Dnnl.dense(1, columns);
        return new Primitive(
                "column sum",
                Dnnl.threads(rows * (double) columns / FLOATS_PER_NS),
                (pd, attr) ->
                        dnnl_matmul_primitive_desc_create(
                                pd, Dnnl.get().engine(), ones, x, null, y, attr),
                ones,
                x,
                y);
    }

    static Kernel bind(Primitive p, long rows, long x, long y, Buffer workspace) {
        CpuBuffer ones = CpuBuffer.allocate(rows * Float.BYTES, "ones");
        float[] filled = new float[Math.toIntExact(rows)];
        Arrays.fill(filled, 1);
        ones.floats().put(filled);
        Kernel product =
                p.bind(
                        workspace == null ? 0 : ((CpuBuffer) workspace).address(),
                        List.of(
                                new Primitive.Arg(DNNL_ARG_SRC, ones.address()),
                                new Primitive.Arg(DNNL_ARG_WEIGHTS, x),
                                new Primitive.Arg(DNNL_ARG_DST, y)));
        return new Kernel() {
            @Override
            public void launch() {
                product.launch();
            }

            @Override
            public void close() {
                product.close();
                ones.close();
            }
        };
    }
}
