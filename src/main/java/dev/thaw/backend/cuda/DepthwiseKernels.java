package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.DepthwiseConvolutionGradFilter;
import dev.thaw.op.DepthwiseConvolutionGradInput;
import dev.thaw.op.Window;

import jcuda.driver.CUfunction;

import java.util.List;

/** Depthwise convolutions by our own kernels: in float32 cuDNN's are slow. */
final class DepthwiseKernels {
    private static final String FILE = "depthwise";

    /** The most threads of a block that sums filters' gradients, and lanes of a warp. */
    private static final int THREADS = 192;

    private static final int WARP = 32;

    /** The most columns of such a block: its threads below each other share what they load. */
    private static final int COLUMNS = 64;

    /** What the memory moves at the least. */
    private static final int SECTOR = 32;

    /** Neighbours along the last axis of the window that one block sums at once. */
    private static final int TAPS = 5;

    private DepthwiseKernels() {}

    static void register(CudaKernelTable table) {
        table.add(DepthwiseConvolution.class, DepthwiseKernels::forward);
        table.add(DepthwiseConvolutionGradInput.class, DepthwiseKernels::gradInput);
        table.add(DepthwiseConvolutionGradFilter.class, DepthwiseKernels::gradFilter);
    }

    private static Prepared forward(Engine engine, DepthwiseConvolution op) {
        int last = op.window().rank() + 1;
        WindowNumbers window = WindowNumbers.of(op.x(), op.y(), op.window());
        int m = op.y().shape().dim(last) / op.x().shape().dim(last);
        CUfunction f = engine.function(FILE, "depthwise");
        Epilogue rest = new Epilogue(op, op.y(), null, null, op.rectifier());
        return (buffers, workspace) ->
                rest.after(
                        engine.arguments(op, buffers)
                                .values(op.x(), op.w(), op.bias(), op.y())
                                .integers(window.all())
                                .integer(m)
                                .launch(f, engine.grid(op.y().size())),
                        engine,
                        buffers);
    }

    private static Prepared gradInput(Engine engine, DepthwiseConvolutionGradInput op) {
        int last = op.window().rank() + 1;
        WindowNumbers window = WindowNumbers.of(op.dx(), op.dy(), op.window());
        int m = op.dy().shape().dim(last) / op.dx().shape().dim(last);
        CUfunction f = engine.function(FILE, "depthwise_grad_input");
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.dy(), op.w(), op.dx())
                        .integers(window.all())
                        .integer(m)
                        .launch(f, engine.grid(op.dx().size()));
    }

    private static Prepared gradFilter(Engine engine, DepthwiseConvolutionGradFilter op) {
        long weights = op.dw().size();
        int rank = op.window().rank();
        WindowNumbers window = WindowNumbers.of(op.x(), op.dy(), op.window());
        int channels = op.x().shape().dim(rank + 1);
        int outputs = op.dy().shape().dim(rank + 1);
        int m = outputs / channels;
        int vector = m == 1 && channels % 4 == 0 ? 4 : 1;
        int columns = outputs / vector;
        int bx = columns(columns, SECTOR / (Float.BYTES * vector));
        long tiles = (columns + bx - 1) / bx * items(op.window(), vector == 4);
        int parts = parts(engine, tiles, window.outputCells());
        Launch.Grid grid = Launch.Grid.of(tiles, parts, 1, bx, Integer.highestOneBit(THREADS / bx));
        CUfunction f = engine.function("depthwise_grad_filter", "depthwise_grad_filter");
        return new WithWorkspace(
                WithWorkspace.floats(parts * weights),
                (buffers, workspace) ->
                        engine.arguments(op, buffers)
                                .values(op.x(), op.dy())
                                .address(workspace)
                                .address(engine.tickets())
                                .value(op.dw())
                                .integers(window.all())
                                .integers(m, parts)
                                .launch(f, grid));
    }

    /** Into how many items the kernel cuts the window: its head says which. */
    private static long items(Window window, boolean vectors) {
        int rank = window.rank();
        int width = window.size().get(rank - 1);
        boolean square =
                rank == 2
                        && (width == 3 || width == 5)
                        && window.size().get(0) == width
                        && window.strides().get(0) <= 2
                        && window.strides().get(0).equals(window.strides().get(1))
                        && window.dilation().equals(List.of(1, 1));
        if (vectors && square) {
            return width == 3 ? 1 : 3;
        }
        long cells = window.size().stream().mapToLong(k -> k).reduce(1, (a, b) -> a * b);
        return cells / width * ((width + TAPS - 1) / TAPS);
    }

    /**
     * How many of the columns are side by side in a block, so that few of its lanes idle: those
     * beyond the last column, and those of a warp that is not full.
     *
     * @param whole columns that the memory moves at once; fewer would be moved in vain
     */
    static int columns(int all, int whole) {
        int best = 1;
        double used = 0;
        for (int bx = 1; bx <= Math.min(all, COLUMNS); bx++) {
            int threads = bx * Integer.highestOneBit(THREADS / bx);
            int warps = (threads + WARP - 1) / WARP;
            int tiles = (all + bx - 1) / bx;
            double use = (double) all / (tiles * bx) * threads / (warps * WARP);
            // of two alike the wider one, whose rows of memory are longer
            if ((bx % whole == 0 || bx == all) && use >= used) {
                best = bx;
                used = use;
            }
        }
        return best;
    }

    /** Into how many parts the output cells fall, for so many blocks side by side. */
    static int parts(Engine engine, long tiles, long cells) {
        long wanted = 4L * engine.gpu().multiprocessors() / Math.max(1, tiles);
        return (int) Math.max(1, Math.min(Math.min(wanted, cells / 64), 65535));
    }
}
