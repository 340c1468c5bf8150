package dev.thaw.backend.cuda;

import static jcuda.jcudnn.JCudnn.*;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Op;
import dev.thaw.op.Pool;
import dev.thaw.op.PoolGrad;
import dev.thaw.op.Value;
import dev.thaw.op.Window;

import jcuda.jcudnn.cudnnPoolingDescriptor;
import jcuda.jcudnn.cudnnPoolingMode;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;

import java.util.List;

/**
 * Pools by cuDNN, which pads on both sides alike and knows no dilation. A maximum's gradient stays
 * with our kernel: of equal cells the first one must get it.
 */
final class CudnnPool {
    private final Descriptors own;
    private final cudnnPoolingDescriptor window;
    private final cudnnTensorDescriptor x;
    private final cudnnTensorDescriptor y;

    private CudnnPool(Op op, Pool.Kind kind, Value x, Value y, Window window) {
        own = new Descriptors(op);
        int mode =
                kind == Pool.Kind.MAX
                        ? cudnnPoolingMode.CUDNN_POOLING_MAX
                        : cudnnPoolingMode.CUDNN_POOLING_AVERAGE_COUNT_EXCLUDE_PADDING;
        this.window =
                own.pooling(
                        mode,
                        spatial(window.size(), 1),
                        spatial(window.padBefore(), 0),
                        spatial(window.strides(), 1));
        this.x = images(x);
        this.y = images(y);
    }

    static void register(CudaKernelTable table) {
        table.prefer(Pool.class, e -> e.uses(CudnnUse.POOL), CudnnPool::forward);
        table.prefer(PoolGrad.class, e -> e.uses(CudnnUse.POOL), CudnnPool::gradient);
    }

    /** Another axis of extent 1 goes before a single one. */
    private static int[] spatial(List<Integer> numbers, int one) {
        return numbers.size() == 1
                ? new int[] {one, numbers.get(0)}
                : numbers.stream().mapToInt(n -> n).toArray();
    }

    private cudnnTensorDescriptor images(Value v) {
        int[] extents = v.shape().toArray();
        int spatial = Math.max(2, extents.length - 2);
        int[] dims = new int[spatial + 2];
        dims[0] = extents[0];
        dims[1] = extents[extents.length - 1];
        dims[2] = 1;
        System.arraycopy(extents, 1, dims, dims.length - (extents.length - 2), extents.length - 2);
        return own.tensor(cudnnTensorFormat.CUDNN_TENSOR_NHWC, dims);
    }

    /** Whether cuDNN has this window: what it would compute as the result's extents is y's. */
    private static boolean has(Value x, Value y, Window w) {
        for (int i = 0; i < w.rank(); i++) {
            int pad = w.padBefore().get(i);
            int reach = x.shape().dim(1 + i) + 2 * pad - w.size().get(i);
            if (w.dilation().get(i) != 1
                    || pad >= w.size().get(i)
                    || reach < 0
                    || reach / w.strides().get(i) + 1 != y.shape().dim(1 + i)) {
                return false;
            }
        }
        return x.size() > 0 && y.size() > 0;
    }

    private static Prepared forward(Engine engine, Pool op) {
        if (!has(op.x(), op.y(), op.window())) {
            return null;
        }
        CudnnPool p = new CudnnPool(op, op.kind(), op.x(), op.y(), op.window());
        return p.own.prepared(
                0,
                (buffers, workspace) -> {
                    DeviceAddress from = CudaBuffer.of(op.x(), buffers).address();
                    DeviceAddress to = CudaBuffer.of(op.y(), buffers).address();
                    return () ->
                            p.own.check(
                                    cudnnPoolingForward(
                                            engine.cudnn(),
                                            p.window,
                                            engine.one(),
                                            p.x,
                                            from,
                                            engine.zero(),
                                            p.y,
                                            to),
                                    "cudnnPoolingForward");
                });
    }

    private static Prepared gradient(Engine engine, PoolGrad op) {
        if (op.kind() == Pool.Kind.MAX || !has(op.x(), op.y(), op.window())) {
            return null;
        }
        CudnnPool p = new CudnnPool(op, op.kind(), op.x(), op.y(), op.window());
        return p.own.prepared(
                0,
                (buffers, workspace) -> {
                    DeviceAddress x = CudaBuffer.of(op.x(), buffers).address();
                    DeviceAddress y = CudaBuffer.of(op.y(), buffers).address();
                    DeviceAddress dy = CudaBuffer.of(op.dy(), buffers).address();
                    DeviceAddress dx = CudaBuffer.of(op.dx(), buffers).address();
                    return () ->
                            p.own.check(
                                    cudnnPoolingBackward(
                                            engine.cudnn(),
                                            p.window,
                                            engine.one(),
                                            p.y,
                                            y,
                                            p.y,
                                            dy,
                                            p.x,
                                            x,
                                            engine.zero(),
                                            p.x,
                                            dx),
                                    "cudnnPoolingBackward");
                });
    }
}
