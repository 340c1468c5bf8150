package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.backend.spi.Kernel;

import org.bytedeco.dnnl.dnnl_memory_desc;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/** Whether oneDNN computes a product right on so many threads, that is, whether it gets them. */
final class ThreadCheck {
    /** Rows and columns: enough for each of 16 threads to get a part of its own. */
    private static final int SIDE = 512;

    private static final int DEPTH = 64;

    private ThreadCheck() {}

    static boolean passes(int threads) {
        dnnl_memory_desc a = Dnnl.dense(SIDE, DEPTH);
        dnnl_memory_desc b = Dnnl.dense(DEPTH, SIDE);
        dnnl_memory_desc y = Dnnl.dense(SIDE, SIDE);
        try (Primitive p =
                        new Primitive(
                                "thread check",
                                threads,
                                (pd, attr) ->
                                        dnnl_matmul_primitive_desc_create(
                                                pd, Dnnl.get().engine(), a, b, null, y, attr),
                                a,
                                b,
                                y);
                CpuBuffer ones = filled(SIDE * DEPTH, 1);
                CpuBuffer product = filled(SIDE * SIDE, Float.NaN);
                CpuBuffer scratch = CpuBuffer.allocate(Math.max(1, p.scratchBytes()), "scratch");
                Kernel k =
                        p.bind(
                                scratch.address(),
                                List.of(
                                        new Primitive.Arg(DNNL_ARG_SRC, ones.address()),
                                        new Primitive.Arg(DNNL_ARG_WEIGHTS, ones.address()),
                                        new Primitive.Arg(DNNL_ARG_DST, product.address())))) {
            k.launch();
            FloatBuffer result = product.floats();
            for (int i = 0; i < SIDE * SIDE; i++) {
                if (result.get(i) != DEPTH) {
                    return false;
                }
            }
            return true;
        }
    }

    private static CpuBuffer filled(int count, float value) {
        CpuBuffer buffer = CpuBuffer.allocate((long) count * Float.BYTES, "thread check");
        float[] content = new float[count];
        Arrays.fill(content, value);
        buffer.floats().put(content);
        return buffer;
    }
}
