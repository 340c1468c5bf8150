package dev.thaw.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;
import dev.thaw.op.Convolution;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.Fn;
import dev.thaw.op.Gradients;
import dev.thaw.op.Op;
import dev.thaw.op.Pad;
import dev.thaw.op.Pool;
import dev.thaw.op.Program;
import dev.thaw.op.Unary;
import dev.thaw.op.Value;
import dev.thaw.op.Window;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which paddings go into a window, and which must not. */
final class PadFusionTest {
    private static final Backend ANY = new ReferenceBackend();
    private static final Backend EVEN_ONLY =
            new ReferenceBackend() {
                @Override
                public boolean padsUnevenly(Op op) {
                    return false;
                }
            };
    private static final Window THREE = window(3, 0, 0, 0, 0);

    private final Program p = new Program();
    private final Value x = p.input("x", Shape.of(2, 6, 5, 4), DType.FLOAT32);

    private static Window window(int size, int top, int left, int bottom, int right) {
        return new Window(
                List.of(size, size),
                List.of(2, 2),
                List.of(1, 1),
                List.of(top, left),
                List.of(bottom, right));
    }

    /** Zeros before and after each axis. */
    private Value pad(Value v, List<Integer> before, List<Integer> after) {
        int[] dims = v.shape().toArray();
        for (int i = 0; i < dims.length; i++) {
            dims[i] += before.get(i) + after.get(i);
        }
        Value y = p.temp("padded", Shape.of(dims));
        p.setScope("pad");
        p.emit(new Pad(v, y, before));
        return y;
    }

    private Value pad(Value v, int top, int left, int bottom, int right) {
        return pad(v, List.of(0, top, left, 0), List.of(0, bottom, right, 0));
    }

    private Value output(Value v, Window window, int filters) {
        return p.temp(
                "y",
                Shape.of(
                        v.shape().dim(0),
                        window.outputExtent(0, v.shape().dim(1)),
                        window.outputExtent(1, v.shape().dim(2)),
                        filters));
    }

    private Value depthwise(Value v, Window window) {
        int k = window.size().get(0);
        Value w = p.input("w", Shape.of(k, k, v.shape().last(), 1), DType.FLOAT32);
        Value y = output(v, window, v.shape().last());
        p.setScope("depthwise");
        p.emit(new DepthwiseConvolution(v, w, null, y, window));
        return y;
    }

    private Value convolution(Value v, Window window) {
        int k = window.size().get(0);
        Value w = p.input("w", Shape.of(k, k, v.shape().last(), 3), DType.FLOAT32);
        Value y = output(v, window, 3);
        p.setScope("convolution");
        p.emit(new Convolution(v, w, null, y, window, 1));
        return y;
    }

    private void fuse(Backend backend, Value... kept) {
        PadFusion.apply(p, Set.of(kept), backend);
    }

    private List<String> ops() {
        return p.instructions().stream().map(s -> s.op().getClass().getSimpleName()).toList();
    }

    private Window windowOf(Value y) {
        return p.producer(y) instanceof Convolution c
                ? c.window()
                : ((DepthwiseConvolution) p.producer(y)).window();
    }

    private void requireUntouched(Backend backend, Value... kept) {
        List<Program.Instruction> before = List.copyOf(p.instructions());
        fuse(backend, kept);
        assertThat(p.instructions()).isEqualTo(before);
    }

    @Test
    void aWindowTakesInThePadding() {
        Value y = depthwise(pad(x, 0, 1, 2, 0), THREE);
        Value z = convolution(pad(x, 1, 1, 1, 1), window(3, 0, 1, 0, 1));
        fuse(ANY, y, z);
        assertThat(ops()).containsExactly("DepthwiseConvolution", "Convolution");
        assertThat(windowOf(y)).isEqualTo(window(3, 0, 1, 2, 0));
        assertThat(windowOf(z)).isEqualTo(window(3, 1, 2, 1, 2));
        assertThat(p.instructions().get(0).scope()).isEqualTo("depthwise");
        assertThat(p.producer(y).inputs()).contains(x);
    }

    @Test
    void aWindowTakesInTwoPaddings() {
        Value y = depthwise(pad(pad(x, 1, 0, 0, 1), 0, 1, 1, 0), THREE);
        fuse(ANY, y);
        assertThat(ops()).containsExactly("DepthwiseConvolution");
        assertThat(windowOf(y)).isEqualTo(window(3, 1, 1, 1, 1));
    }

    @Test
    void theGradientHasNoSlice() {
        Value y = depthwise(pad(x, 0, 0, 1, 1), THREE);
        fuse(ANY);
        Value dy = p.input("dy", y.shape(), DType.FLOAT32);
        Gradients.of(p, Map.of(y, dy), List.of(x));
        assertThat(ops()).containsExactly("DepthwiseConvolution", "DepthwiseConvolutionGradInput");
    }

    @Test
    void aBackendThatCopiesForUnevenPaddingKeepsItButNotAnEvenOne() {
        convolution(pad(x, 0, 0, 1, 1), THREE);
        requireUntouched(EVEN_ONLY);
        Value y = convolution(pad(x, 1, 1, 1, 1), THREE);
        fuse(EVEN_ONLY, y);
        assertThat(ops()).containsExactly("Pad", "Convolution", "Convolution");
        // uneven by itself, made even by the padding
        Value z = convolution(pad(x, 0, 1, 0, 1), window(3, 1, 0, 1, 0));
        fuse(EVEN_ONLY, z);
        assertThat(windowOf(z)).isEqualTo(window(3, 1, 1, 1, 1));
    }

    @Test
    void leavesWhatSomebodyElseReads() {
        Value padded = pad(x, 1, 1, 1, 1);
        depthwise(padded, THREE);
        p.emit(new Unary(padded, p.temp("act", padded.shape()), Fn.of(Fn.Function.TANH)));
        requireUntouched(ANY);
    }

    @Test
    void leavesWhatTheWindowAndTheFiltersRead() {
        Value padded = pad(p.input("one", Shape.of(2, 2, 2, 2), DType.FLOAT32), 0, 0, 1, 1);
        Value y = output(padded, THREE, 2);
        p.emit(new Convolution(padded, padded, null, y, window(2, 0, 0, 0, 0), 1));
        requireUntouched(ANY);
    }

    @Test
    void leavesWhatWillBeFetched() {
        Value padded = pad(x, 1, 1, 1, 1);
        depthwise(padded, THREE);
        requireUntouched(ANY, padded);
    }

    @Test
    void leavesPaddedFilters() {
        Value w = pad(p.input("w", Shape.of(2, 2, 4, 1), DType.FLOAT32), 1, 1, 0, 0);
        // filters are padded over the axes of their window
        Value small = p.input("small", Shape.of(1, 2, 4, 1), DType.FLOAT32);
        Value taller = pad(small, List.of(1, 0, 0, 0), List.of(1, 0, 0, 0));
        for (Value filters : List.of(w, taller)) {
            int k = filters.shape().dim(1);
            Window window =
                    new Window(
                            List.of(filters.shape().dim(0), k),
                            List.of(1, 1),
                            List.of(1, 1),
                            List.of(0, 0),
                            List.of(0, 0));
            p.emit(new DepthwiseConvolution(x, filters, null, output(x, window, 4), window));
        }
        requireUntouched(ANY);
    }

    @Test
    void leavesPaddingOfTheBatchAndOfTheChannels() {
        depthwise(pad(x, List.of(1, 1, 1, 0), List.of(0, 0, 0, 0)), THREE);
        depthwise(pad(x, List.of(0, 1, 1, 0), List.of(1, 0, 0, 0)), THREE);
        depthwise(pad(x, List.of(0, 1, 1, 1), List.of(0, 0, 0, 0)), THREE);
        depthwise(pad(x, List.of(0, 1, 1, 0), List.of(0, 0, 0, 1)), THREE);
        requireUntouched(ANY);
    }

    @Test
    void leavesWindowsThatWouldLieInThePaddingAsAWhole() {
        depthwise(pad(x, 3, 0, 0, 0), THREE);
        depthwise(pad(x, 0, 0, 0, 3), THREE);
        convolution(pad(x, 1, 1, 1, 1), window(1, 0, 0, 0, 0));
        depthwise(pad(x, 0, 0, 0, 2), window(3, 0, 0, 0, 1));
        requireUntouched(ANY);
        Value y = depthwise(pad(x, 2, 2, 2, 2), THREE);
        fuse(ANY, y);
        assertThat(windowOf(y)).isEqualTo(window(3, 2, 2, 2, 2));
    }

    @Test
    void leavesPools() {
        for (Pool.Function function : Pool.Function.values()) {
            Value padded = pad(x, 1, 1, 1, 1);
            p.emit(new Pool(padded, output(padded, THREE, 4), function, THREE));
        }
        requireUntouched(ANY);
    }

    @Test
    void leavesAVariableAsItWas() {
        Value state = p.variable(Variable.state("state", Tensor.zeros(x.shape(), DType.FLOAT32)));
        depthwise(pad(state, 1, 1, 1, 1), THREE);
        requireUntouched(ANY);
    }

    @Test
    void canBeSwitchedOff() {
        depthwise(pad(x, 1, 1, 1, 1), THREE);
        System.setProperty(Fusion.PROPERTY, "false");
        try {
            requireUntouched(ANY);
        } finally {
            System.clearProperty(Fusion.PROPERTY);
        }
    }
}
