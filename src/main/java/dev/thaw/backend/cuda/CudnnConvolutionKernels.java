package dev.thaw.backend.cuda;

import static jcuda.jcudnn.JCudnn.cudnnConvolutionBackwardData;
import static jcuda.jcudnn.JCudnn.cudnnConvolutionBackwardFilter;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.backend.spi.Sequence;
import dev.thaw.op.Convolution;
import dev.thaw.op.ConvolutionGradFilter;
import dev.thaw.op.ConvolutionGradInput;
import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.op.Window;

import java.util.List;
import java.util.function.Function;

/**
 * Convolutions: a matrix product where the window is one cell, else cuDNN, else plain loops. Keras
 * keeps filters as [window.., C / groups, F] and cuDNN wants [F, window.., C / groups], so that
 * filters are transposed on the way.
 */
final class CudnnConvolutionKernels {
    private static final String OWN = "our own loops";

    private CudnnConvolutionKernels() {}

    static void register(CudaKernelTable table) {
        table.add(Convolution.class, CudnnConvolutionKernels::forward);
        table.add(ConvolutionGradInput.class, CudnnConvolutionKernels::gradInput);
        table.add(ConvolutionGradFilter.class, CudnnConvolutionKernels::gradFilter);
    }

    /** Whether each output cell is made of one input cell, in order. */
    private static boolean isProduct(Window window, int groups) {
        for (int i = 0; i < window.rank(); i++) {
            if (window.size().get(i) != 1
                    || window.strides().get(i) != 1
                    || window.padBefore().get(i) != 0
                    || window.padAfter().get(i) != 0) {
                return false;
            }
        }
        return groups == 1;
    }

    private static int last(Value v) {
        return v.shape().dim(v.shape().rank() - 1);
    }

    private static boolean empty(Value... values) {
        for (Value v : values) {
            if (v.size() == 0) {
                return true;
            }
        }
        return false;
    }

    private static Prepared forward(Engine engine, Convolution op) {
        if (empty(op.x(), op.w(), op.y())) {
            return ConvolutionKernels.forward(engine, op);
        }
        Epilogue epilogue = new Epilogue(op, op.y(), op.bias(), op.residual(), op.rectifier());
        if (isProduct(op.window(), op.groups())) {
            MatMulKernels.Product product =
                    product(cells(op.y()), last(op.y()), last(op.x()), false, false, op);
            return (buffers, workspace) ->
                    epilogue.after(
                            product.bind(engine, op.x(), op.w(), op.y(), buffers), engine, buffers);
        }
        return new OrOwn(
                engine,
                op,
                () -> forwardByCudnn(engine, op),
                OWN,
                () -> ConvolutionKernels.forward(engine, op));
    }

    private static Prepared forwardByCudnn(Engine engine, Convolution op) {
        int filters = last(op.y());
        Epilogue epilogue = new Epilogue(op, op.y(), op.bias(), op.residual(), op.rectifier());
        CudnnConvolution c =
                new CudnnConvolution(engine, op, op.x(), op.y(), op.window(), op.groups());
        CudnnPass.Choice choice = c.forward();
        Layout layout = new Layout(WithWorkspace.floats(op.w().size()), c, choice);
        String doing = Engine.describe(op);
        StringBuilder how = new StringBuilder(choice.toString());
        return new Described(
                c,
                how,
                layout.bytes(),
                (all, buffers, workspace) -> {
                    all.add(filtersIn(engine, op, op.w(), filters, buffers, workspace));
                    DeviceAddress x = layout.images(engine, op, op.x(), buffers, workspace, all);
                    CudnnForward call =
                            new CudnnForward(
                                    engine,
                                    c,
                                    choice,
                                    new CudnnForward.Memory(
                                            x,
                                            workspace,
                                            layout.scratch(workspace),
                                            DeviceAddress.of(op.y(), buffers)),
                                    doing);
                    Kernel fused =
                            op.bias() == null || op.residual() != null
                                    ? null
                                    : call.fused(
                                            op.rectifier(), DeviceAddress.of(op.bias(), buffers));
                    if (op.bias() != null) {
                        how.append(fused == null ? ", bias after it" : ", bias and ReLU within");
                    }
                    all.add(fused == null ? epilogue.after(call.plain(), engine, buffers) : fused);
                });
    }

    private static Prepared gradInput(Engine engine, ConvolutionGradInput op) {
        if (empty(op.dy(), op.w(), op.dx())) {
            return ConvolutionKernels.gradInput(engine, op);
        }
        int filters = last(op.dy());
        if (isProduct(op.window(), op.groups())) {
            MatMulKernels.Product product =
                    product(cells(op.dx()), last(op.dx()), filters, false, true, op);
            return (buffers, workspace) -> product.bind(engine, op.dy(), op.w(), op.dx(), buffers);
        }
        return new OrOwn(
                engine,
                op,
                () -> gradInputByCudnn(engine, op),
                OWN,
                () -> ConvolutionKernels.gradInput(engine, op));
    }

    private static Prepared gradInputByCudnn(Engine engine, ConvolutionGradInput op) {
        int filters = last(op.dy());
        CudnnConvolution c =
                new CudnnConvolution(engine, op, op.dx(), op.dy(), op.window(), op.groups());
        CudnnPass.Choice choice = c.gradInput();
        Layout layout = new Layout(WithWorkspace.floats(op.w().size()), c, choice);
        String doing = Engine.describe(op);
        return new Described(
                c,
                choice,
                layout.bytes(),
                (all, buffers, workspace) -> {
                    all.add(filtersIn(engine, op, op.w(), filters, buffers, workspace));
                    DeviceAddress dx = DeviceAddress.of(op.dx(), buffers);
                    DeviceAddress whole = c.pads() ? layout.padded(workspace) : dx;
                    DeviceAddress dy = DeviceAddress.of(op.dy(), buffers);
                    DeviceAddress scratch = layout.scratch(workspace);
                    all.add(
                            CudnnCall.tried(
                                    "cudnnConvolutionBackwardData",
                                    doing,
                                    () ->
                                            cudnnConvolutionBackwardData(
                                                    engine.cudnn(),
                                                    engine.one(),
                                                    c.w(),
                                                    workspace,
                                                    c.y(),
                                                    dy,
                                                    c.convolution(),
                                                    choice.algorithm(),
                                                    scratch,
                                                    choice.bytes(),
                                                    engine.zero(),
                                                    c.x(),
                                                    whole)));
                    if (c.pads()) {
                        all.add(
                                ShapeKernels.slice(
                                        engine,
                                        engine.arguments(op, buffers),
                                        whole,
                                        dx,
                                        c.padded(),
                                        c.images(),
                                        c.begin()));
                    }
                });
    }

    private static Prepared gradFilter(Engine engine, ConvolutionGradFilter op) {
        if (empty(op.x(), op.dy(), op.dw())) {
            return ConvolutionKernels.gradFilter(engine, op);
        }
        int filters = last(op.dy());
        if (isProduct(op.window(), op.groups())) {
            MatMulKernels.Product product =
                    product(last(op.x()), filters, cells(op.x()), true, false, op);
            return (buffers, workspace) -> product.bind(engine, op.x(), op.dy(), op.dw(), buffers);
        }
        return new OrOwn(
                engine,
                op,
                () -> gradFilterByCudnn(engine, op),
                OWN,
                () -> ConvolutionKernels.gradFilter(engine, op));
    }

    private static Prepared gradFilterByCudnn(Engine engine, ConvolutionGradFilter op) {
        int filters = last(op.dy());
        CudnnConvolution c =
                new CudnnConvolution(engine, op, op.x(), op.dy(), op.window(), op.groups());
        CudnnPass.Choice choice = c.gradFilter();
        Layout layout = new Layout(WithWorkspace.floats(op.dw().size()), c, choice);
        int rows = Math.toIntExact(op.dw().size() / filters);
        String doing = Engine.describe(op);
        return new Described(
                c,
                choice,
                layout.bytes(),
                (all, buffers, workspace) -> {
                    DeviceAddress x = layout.images(engine, op, op.x(), buffers, workspace, all);
                    DeviceAddress dy = DeviceAddress.of(op.dy(), buffers);
                    DeviceAddress scratch = layout.scratch(workspace);
                    all.add(
                            CudnnCall.tried(
                                    "cudnnConvolutionBackwardFilter",
                                    doing,
                                    () ->
                                            cudnnConvolutionBackwardFilter(
                                                    engine.cudnn(),
                                                    engine.one(),
                                                    c.x(),
                                                    x,
                                                    c.y(),
                                                    dy,
                                                    c.convolution(),
                                                    choice.algorithm(),
                                                    scratch,
                                                    choice.bytes(),
                                                    engine.zero(),
                                                    c.w(),
                                                    workspace)));
                    all.add(
                            ShapeKernels.tiles(
                                    engine,
                                    engine.arguments(op, buffers).address(workspace).value(op.dw()),
                                    1,
                                    filters,
                                    rows));
                });
    }

    private static int cells(Value v) {
        return Math.toIntExact(v.size() / last(v));
    }

    private static MatMulKernels.Product product(
            int m, int n, int k, boolean transposeA, boolean transposeB, Op op) {
        return new MatMulKernels.Product(m, n, k, transposeA, transposeB, Engine.describe(op));
    }

    /** Keras's filters as cuDNN wants them, at the start of the workspace. */
    private static Kernel filtersIn(
            Engine engine,
            Op op,
            Value w,
            int filters,
            Function<Value, Buffer> buffers,
            DeviceAddress workspace) {
        return ShapeKernels.tiles(
                engine,
                engine.arguments(op, buffers).value(w).address(workspace),
                1,
                Math.toIntExact(w.size() / filters),
                filters);
    }

    /** What lies where in the workspace: the filters, the padded images, cuDNN's own memory. */
    private record Layout(long filters, CudnnConvolution c, CudnnPass.Choice choice) {
        long bytes() {
            return DeviceAddress.aligned(filters)
                    + DeviceAddress.aligned(c.paddedBytes())
                    + choice.bytes();
        }

        DeviceAddress padded(DeviceAddress workspace) {
            return workspace.plus(DeviceAddress.aligned(filters));
        }

        DeviceAddress scratch(DeviceAddress workspace) {
            return workspace.plus(
                    DeviceAddress.aligned(filters) + DeviceAddress.aligned(c.paddedBytes()));
        }

        /** Where the images are: in place, or padded first. */
        DeviceAddress images(
                Engine engine,
                Op op,
                Value x,
                Function<Value, Buffer> buffers,
                DeviceAddress workspace,
                List<Kernel> all) {
            if (!c.pads()) {
                return DeviceAddress.of(x, buffers);
            }
            DeviceAddress to = padded(workspace);
            all.add(
                    ShapeKernels.pad(
                            engine,
                            engine.arguments(op, buffers).value(x).address(to),
                            c.images(),
                            c.padded(),
                            c.begin()));
            return to;
        }
    }

    /** Adds an op's kernels, in order. */
    @FunctionalInterface
    private interface Kernels {
        void add(List<Kernel> all, Function<Value, Buffer> buffers, DeviceAddress workspace);
    }

    /** An op that keeps descriptors. */
    private record Described(
            CudnnConvolution descriptors, Object how, long workspaceBytes, Kernels kernels)
            implements Prepared {
        @Override
        public String choice() {
            return how.toString();
        }

        @Override
        public Kernel bind(Function<Value, Buffer> buffers, Buffer workspace) {
            DeviceAddress address = ((CudaBuffer) workspace).address();
            return Sequence.gather(all -> kernels.add(all, buffers, address));
        }

        @Override
        public void close() {
            descriptors.close();
        }
    }
}
