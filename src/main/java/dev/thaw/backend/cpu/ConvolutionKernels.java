package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.backend.cpu.ConvolutionPrimitive.Result;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Convolution;
import dev.thaw.op.ConvolutionGradFilter;
import dev.thaw.op.ConvolutionGradInput;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.DepthwiseConvolutionGradFilter;
import dev.thaw.op.DepthwiseConvolutionGradInput;
import dev.thaw.op.Value;
import dev.thaw.op.Window;

import org.bytedeco.dnnl.dnnl_memory_desc;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;

/**
 * Convolutions by oneDNN. Images stay channels-last; the filters go to and from the layout that
 * oneDNN likes at each launch, which costs about a microsecond for small ones. A depthwise
 * convolution is one with as many groups as channels: Keras's [window.., C, M] lies in memory as
 * [window.., 1, C M]. oneDNN's fast code for it knows planes and M = 1 alone, so that over one axis
 * it runs over planes of one row, and with M above 1 each channel is copied M times first.
 */
final class ConvolutionKernels {
    private static final double REORDERED_FLOATS_PER_NS = 2;

    private final Result result;
    private final WindowGeometry geometry;
    private final int groups;
    private final Value bias;
    private final Predicate<Value> steady;

    /** How many times each channel of x stands in a row before it meets the filters. */
    private final int repeats;

    private ConvolutionKernels(
            Result result,
            WindowGeometry geometry,
            int groups,
            Value bias,
            Predicate<Value> steady,
            int repeats) {
        this.result = result;
        this.steady = steady;
        this.geometry = geometry;
        this.groups = groups;
        this.bias = bias;
        this.repeats = repeats;
    }

    static void register(KernelTable table) {
        table.add(
                Convolution.class,
                (op, steady) ->
                        prepare(
                                Result.OUTPUT,
                                op.x(),
                                op.w(),
                                op.bias(),
                                op.y(),
                                op.window(),
                                op.groups(),
                                new Epilogue(op.residual(), op.rectifier()),
                                steady));
        table.add(
                ConvolutionGradInput.class,
                (op, steady) -> input(op.dx(), op.w(), op.dy(), op.window(), op.groups(), steady));
        table.add(
                ConvolutionGradFilter.class,
                op -> filters(op.x(), op.dw(), op.dy(), op.window(), op.groups()));
        table.add(
                DepthwiseConvolution.class,
                (op, steady) ->
                        prepare(
                                Result.OUTPUT,
                                op.x(),
                                op.w(),
                                op.bias(),
                                op.y(),
                                op.window(),
                                channels(op.x()),
                                new Epilogue(null, op.rectifier()),
                                steady));
        table.add(
                DepthwiseConvolutionGradInput.class,
                (op, steady) ->
                        input(op.dx(), op.w(), op.dy(), op.window(), channels(op.dx()), steady));
        table.add(
                DepthwiseConvolutionGradFilter.class,
                op -> filters(op.x(), op.dw(), op.dy(), op.window(), channels(op.x())));
    }

    private static int channels(Value x) {
        return x.shape().last();
    }

    private static ConvolutionKernels of(
            Result result,
            Value x,
            Value y,
            Window window,
            int groups,
            Value bias,
            Predicate<Value> steady) {
        WindowGeometry geometry = WindowGeometry.of(x, y, window);
        boolean dilated = Collections.max(window.dilation()) > 1;
        if (groups == 1 || groups != channels(x) || dilated && result != Result.OUTPUT) {
            return new ConvolutionKernels(result, geometry, groups, bias, steady, 1);
        }
        int repeats = channels(y) / groups;
        return new ConvolutionKernels(
                result,
                geometry.withInChannels(groups * repeats).overPlanes(),
                groups * repeats,
                bias,
                steady,
                repeats);
    }

    private static Prepared input(
            Value dx, Value w, Value dy, Window window, int groups, Predicate<Value> steady) {
        return prepare(Result.INPUT, dx, w, null, dy, window, groups, Epilogue.NONE, steady);
    }

    private static Prepared filters(Value x, Value dw, Value dy, Window window, int groups) {
        return prepare(Result.FILTERS, x, dw, null, dy, window, groups, Epilogue.NONE, v -> false);
    }

    private static Pipeline prepare(
            Result result,
            Value x,
            Value w,
            Value bias,
            Value y,
            Window window,
            int groups,
            Epilogue epilogue,
            Predicate<Value> steady) {
        if (WindowGeometry.of(x, y, window).isOrdinary()) {
            return of(result, x, y, window, groups, bias, steady).prepare(x, w, y, epilogue);
        }
        return epilogue.after(
                y, new ConvolutionLoops(result, x, w, bias, y, window, groups).prepare());
    }

    private Pipeline prepare(Value x, Value w, Value y, Epilogue epilogue) {
        if (geometry.isEmpty()) {
            return epilogue.after(
                    y,
                    Pipeline.zeros(result == Result.OUTPUT ? y : result == Result.INPUT ? x : w));
        }
        Pipeline line = new Pipeline();
        try {
            ConvolutionPrimitive.Chosen chosen =
                    new ConvolutionPrimitive(result, geometry, groups, bias != null, epilogue)
                            .choose();
            Primitive p = line.own(chosen.primitive());
            List<Pipeline.Argument> arguments = new ArrayList<>();
            List<Runnable> after = new ArrayList<>();
            for (Tensor t :
                    List.of(
                            new Tensor(result.x, x, result == Result.INPUT),
                            new Tensor(result.w, w, result == Result.FILTERS),
                            new Tensor(result.y, y, result == Result.OUTPUT))) {
                arguments.add(new Pipeline.Argument(t.index, storage(t, p, line, after)));
            }
            if (bias != null) {
                arguments.add(new Pipeline.Argument(DNNL_ARG_BIAS, Pipeline.operand(bias)));
            }
            arguments.addAll(PostOps.arguments(chosen.epilogue()));
            line.then(p, arguments);
            after.forEach(Runnable::run);
            return chosen.epilogue() == epilogue ? line : epilogue.after(y, line);
        } catch (RuntimeException | Error e) {
            line.close();
            throw e;
        }
    }

    /** One of the three tensors, as an argument of the primitive. */
    private record Tensor(int index, Value value, boolean written) {}

    /** The operand itself, or room for it in the primitive's layout with a copy before or after. */
    private Pipeline.Storage storage(Tensor t, Primitive p, Pipeline line, List<Runnable> after) {
        boolean repeated = t.index == result.x && repeats > 1;
        Pipeline.Storage stored = repeated ? repeated(t, line) : Pipeline.operand(t.value);
        Pipeline.Storage storage = inLayout(t, stored, p, line, after);
        if (repeated && t.written) {
            after.add(() -> line.then(m -> repetition(t).narrow(floats(stored, m), floats(t, m))));
        }
        return storage;
    }

    /** Room for x with its channels repeated; filled, unless it is about to be written. */
    private Pipeline.Storage repeated(Tensor t, Pipeline line) {
        Pipeline.Storage room = line.room(t.value.size() * repeats * Float.BYTES);
        if (!t.written) {
            line.then(m -> repetition(t).widen(floats(t, m), floats(room, m)));
        }
        return room;
    }

    private Repetition repetition(Tensor t) {
        return new Repetition(Math.toIntExact(t.value.size()), repeats);
    }

    private static FloatBuffer floats(Tensor t, Pipeline.Memory m) {
        return m.of(t.value).floats();
    }

    private static FloatBuffer floats(Pipeline.Storage storage, Pipeline.Memory m) {
        return storage.in(m).floats();
    }

    private Pipeline.Storage inLayout(
            Tensor t, Pipeline.Storage stored, Primitive p, Pipeline line, List<Runnable> after) {
        dnnl_memory_desc ours = ours(t.index);
        try {
            dnnl_memory_desc chosen = p.argument(t.index);
            if (dnnl_memory_desc_equal(ours, chosen) != 0) {
                return stored;
            }
            boolean lasts = t.index == result.w && !t.written && steady.test(t.value);
            long bytes = dnnl_memory_desc_get_size(chosen);
            Pipeline.Storage room = lasts ? line.keep(bytes) : line.room(bytes);
            int threads = Dnnl.threads(t.value.size() / REORDERED_FLOATS_PER_NS);
            Primitive copy =
                    line.own(
                            t.written
                                    ? Primitive.reorder(chosen, ours, threads)
                                    : Primitive.reorder(ours, chosen, threads));
            if (t.written) {
                after.add(() -> line.then(copy, fromTo(room, stored)));
            } else if (lasts) {
                line.first(copy, fromTo(stored, room));
            } else {
                line.then(copy, fromTo(stored, room));
            }
            return room;
        } finally {
            dnnl_memory_desc_destroy(ours);
        }
    }

    private static List<Pipeline.Argument> fromTo(Pipeline.Storage from, Pipeline.Storage to) {
        return List.of(
                new Pipeline.Argument(DNNL_ARG_FROM, from), new Pipeline.Argument(DNNL_ARG_TO, to));
    }

    /** How the plan stores an argument. */
    private dnnl_memory_desc ours(int index) {
        return index == result.w
                ? geometry.kerasFilters(groups)
                : WindowGeometry.channelsLast(index == result.x ? geometry.in() : geometry.out());
    }
}
