package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Convolution;
import dev.thaw.op.ConvolutionGradFilter;
import dev.thaw.op.ConvolutionGradInput;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.DepthwiseConvolutionGradFilter;
import dev.thaw.op.DepthwiseConvolutionGradInput;
import dev.thaw.op.Value;
import dev.thaw.op.Window;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;

import java.util.ArrayList;
import java.util.List;

/**
 * Convolutions by oneDNN. Images stay channels-last; the filters go to and from the layout that
 * oneDNN likes at each launch, which costs about a microsecond for small ones. A depthwise
 * convolution is one with as many groups as channels: Keras's [window.., C, M] lies in memory as
 * [window.., 1, C M]. Over one axis, and with M = 1, it runs over planes of one row: oneDNN's fast
 * code for it knows planes alone.
 */
final class ConvolutionKernels {
    /** One-thread speeds, for the choice of threads. */
    private static final double FLOPS_PER_NS = 60;

    private static final double DEPTHWISE_FLOPS_PER_NS = 10;
    private static final double REORDERED_FLOATS_PER_NS = 2;

    /** Which of a convolution's tensors is computed from the two others. */
    private enum Result {
        OUTPUT(DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST),
        INPUT(DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST),
        FILTERS(DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST);

        private final int x;
        private final int w;
        private final int y;

        Result(int x, int w, int y) {
            this.x = x;
            this.w = w;
            this.y = y;
        }
    }

    private final Result result;
    private final WindowGeometry geometry;
    private final int groups;
    private final Value bias;

    private ConvolutionKernels(Result result, WindowGeometry geometry, int groups, Value bias) {
        this.result = result;
        this.geometry = geometry;
        this.groups = groups;
        this.bias = bias;
    }

    static void register(KernelTable table) {
        table.add(
                Convolution.class,
                op -> {
                    Pipeline line =
                            output(op.x(), op.w(), op.bias(), op.y(), op.window(), op.groups());
                    Ending end = new Ending(null, op.rectifier());
                    return end.isThere() ? line.then(m -> end.after(op.y(), m)) : line;
                });
        table.add(
                ConvolutionGradInput.class,
                op -> input(op.dx(), op.w(), op.dy(), op.window(), op.groups()));
        table.add(
                ConvolutionGradFilter.class,
                op -> filters(op.x(), op.dw(), op.dy(), op.window(), op.groups()));
        table.add(
                DepthwiseConvolution.class,
                op -> output(op.x(), op.w(), op.bias(), op.y(), op.window(), channels(op.x())));
        table.add(
                DepthwiseConvolutionGradInput.class,
                op -> input(op.dx(), op.w(), op.dy(), op.window(), channels(op.dx())));
        table.add(
                DepthwiseConvolutionGradFilter.class,
                op -> filters(op.x(), op.dw(), op.dy(), op.window(), channels(op.x())));
    }

    private static int channels(Value x) {
        return x.shape().last();
    }

    private static WindowGeometry geometry(Value x, Value y, Window window, int groups) {
        WindowGeometry geometry = WindowGeometry.of(x, y, window);
        boolean fast = groups > 1 && groups == channels(x) && groups == channels(y);
        return fast ? geometry.overPlanes() : geometry;
    }

    private static Pipeline output(
            Value x, Value w, Value bias, Value y, Window window, int groups) {
        WindowGeometry geometry = geometry(x, y, window, groups);
        return new ConvolutionKernels(Result.OUTPUT, geometry, groups, bias).prepare(x, w, y);
    }

    private static Prepared input(Value dx, Value w, Value dy, Window window, int groups) {
        WindowGeometry geometry = geometry(dx, dy, window, groups);
        return new ConvolutionKernels(Result.INPUT, geometry, groups, null).prepare(dx, w, dy);
    }

    private static Prepared filters(Value x, Value dw, Value dy, Window window, int groups) {
        WindowGeometry geometry = geometry(x, dy, window, groups);
        return new ConvolutionKernels(Result.FILTERS, geometry, groups, null).prepare(x, dw, dy);
    }

    private Pipeline prepare(Value x, Value w, Value y) {
        if (geometry.isEmpty()) {
            return Pipeline.zeros(result == Result.OUTPUT ? y : result == Result.INPUT ? x : w);
        }
        Pipeline line = new Pipeline();
        try {
            Primitive p = line.own(choose());
            List<Pipeline.Argument> arguments = new ArrayList<>();
            List<Runnable> after = new ArrayList<>();
            for (Tensor t :
                    List.of(
                            new Tensor(result.x, x, result == Result.INPUT),
                            new Tensor(result.w, w, result == Result.FILTERS),
                            new Tensor(result.y, y, result == Result.OUTPUT))) {
                arguments.add(new Pipeline.Argument(t.index, place(t, p, line, after)));
            }
            if (bias != null) {
                arguments.add(new Pipeline.Argument(DNNL_ARG_BIAS, Pipeline.operand(bias)));
            }
            line.then(p, arguments);
            after.forEach(Runnable::run);
            return line;
        } catch (RuntimeException | Error e) {
            line.close();
            throw e;
        }
    }

    /** One of the three tensors, as an argument of the primitive. */
    private record Tensor(int index, Value value, boolean written) {}

    /** The operand itself, or room for it in the primitive's layout with a copy before or after. */
    private Pipeline.Place place(Tensor t, Primitive p, Pipeline line, List<Runnable> after) {
        dnnl_memory_desc ours = ours(t.index);
        try {
            dnnl_memory_desc chosen = p.argument(t.index);
            if (dnnl_memory_desc_equal(ours, chosen) != 0) {
                return Pipeline.operand(t.value);
            }
            Pipeline.Place room = line.room(dnnl_memory_desc_get_size(chosen));
            int threads = Dnnl.threads(t.value.size() / REORDERED_FLOATS_PER_NS);
            Primitive copy =
                    line.own(
                            t.written
                                    ? Primitive.reorder(chosen, ours, threads)
                                    : Primitive.reorder(ours, chosen, threads));
            Pipeline.Place operand = Pipeline.operand(t.value);
            if (t.written) {
                after.add(() -> line.then(copy, fromTo(room, operand)));
            } else {
                line.then(copy, fromTo(operand, room));
            }
            return room;
        } finally {
            dnnl_memory_desc_destroy(ours);
        }
    }

    private static List<Pipeline.Argument> fromTo(Pipeline.Place from, Pipeline.Place to) {
        return List.of(
                new Pipeline.Argument(DNNL_ARG_FROM, from), new Pipeline.Argument(DNNL_ARG_TO, to));
    }

    /** How the plan stores an argument. */
    private dnnl_memory_desc ours(int index) {
        return index == result.w
                ? geometry.kerasFilters(groups)
                : WindowGeometry.channelsLast(index == result.x ? geometry.in() : geometry.out());
    }

    /** Images as they are; where oneDNN has nothing fast for that, in whatever layout it wants. */
    private Primitive choose() {
        Primitive asIs = null;
        IllegalStateException refusal = null;
        try {
            asIs = make(true);
            if (!asIs.implementation().startsWith("ref")) {
                return asIs;
            }
        } catch (IllegalStateException e) {
            refusal = e;
        }
        try {
            Primitive free = make(false);
            if (asIs != null) {
                asIs.close();
            }
            return free;
        } catch (IllegalStateException e) {
            if (asIs == null) {
                throw refusal;
            }
            return asIs;
        }
    }

    private Primitive make(boolean imagesAsTheyAre) {
        dnnl_memory_desc x = image(geometry.in(), imagesAsTheyAre);
        dnnl_memory_desc y = image(geometry.out(), imagesAsTheyAre);
        dnnl_memory_desc w = Dnnl.any(geometry.filterDims(groups));
        dnnl_memory_desc b = bias == null ? null : Dnnl.dense(geometry.outChannels());
        double perOutput = 2. * geometry.cells() * geometry.inChannels() / groups;
        double speed = groups == geometry.inChannels() ? DEPTHWISE_FLOPS_PER_NS : FLOPS_PER_NS;
        return new Primitive(
                "convolution",
                Dnnl.threads(WindowGeometry.size(geometry.out()) * perOutput / speed),
                (pd, attr) -> create(pd, attr, x, w, b, y),
                b == null ? new dnnl_memory_desc[] {x, w, y} : new dnnl_memory_desc[] {x, w, b, y});
    }

    private static dnnl_memory_desc image(int[] extents, boolean asItIs) {
        return asItIs ? WindowGeometry.channelsLast(extents) : WindowGeometry.anyLayout(extents);
    }

    private int create(
            dnnl_primitive_desc pd,
            dnnl_primitive_attr attr,
            dnnl_memory_desc x,
            dnnl_memory_desc w,
            dnnl_memory_desc b,
            dnnl_memory_desc y) {
        long[] strides = geometry.strides();
        long[] dilation = geometry.dilation();
        long[] before = geometry.padBefore();
        long[] after = geometry.padAfter();
        dnnl_engine engine = Dnnl.get().engine();
        dnnl_primitive_desc forward = result == Result.OUTPUT ? pd : new dnnl_primitive_desc();
        int status =
                dnnl_convolution_forward_primitive_desc_create(
                        forward,
                        engine,
                        dnnl_forward_training,
                        dnnl_convolution_direct,
                        x,
                        w,
                        b,
                        y,
                        strides,
                        dilation,
                        before,
                        after,
                        attr);
        if (result == Result.OUTPUT || status != dnnl_success) {
            return status;
        }
        try {
            return result == Result.INPUT
                    ? dnnl_convolution_backward_data_primitive_desc_create(
                            pd,
                            engine,
                            dnnl_convolution_direct,
                            x,
                            w,
                            y,
                            strides,
                            dilation,
                            before,
                            after,
                            forward,
                            attr)
                    : dnnl_convolution_backward_weights_primitive_desc_create(
                            pd,
                            engine,
                            dnnl_convolution_direct,
                            x,
                            w,
                            null,
                            y,
                            strides,
                            dilation,
                            before,
                            after,
                            forward,
                            attr);
        } finally {
            dnnl_primitive_desc_destroy(forward);
        }
    }
}
