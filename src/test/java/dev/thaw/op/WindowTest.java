package dev.thaw.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.tensor.Shape;

import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class WindowTest {
    private static Window of(int size, int stride, int dilation, int before, int after) {
        return new Window(
                List.of(size), List.of(stride), List.of(dilation), List.of(before), List.of(after));
    }

    private static Shape shape(int extent) {
        return Shape.of(1, extent, 1);
    }

    /** For each output the cells of the input that its window sees. */
    private static List<List<Integer>> seen(Window w, int in, int outs) {
        List<List<Integer>> all = new ArrayList<>();
        for (int o = 0; o < outs; o++) {
            List<Integer> cells = new ArrayList<>();
            for (int k = 0; k < w.size().get(0); k++) {
                int at = o * w.strides().get(0) + k * w.dilation().get(0) - w.padBefore().get(0);
                if (at >= 0 && at < in) {
                    cells.add(at);
                }
            }
            all.add(cells);
            assertThat(w.sees(0, o, in)).isEqualTo(!cells.isEmpty());
        }
        return all;
    }

    @Property
    void otherFormsOfAWindowSeeTheSame(
            @ForAll @IntRange(min = 1, max = 9) int in,
            @ForAll @IntRange(min = 1, max = 30) int size,
            @ForAll @IntRange(min = 1, max = 12) int stride,
            @ForAll @IntRange(min = 1, max = 4) int dilation,
            @ForAll @IntRange(max = 30) int before,
            @ForAll @IntRange(max = 30) int after) {
        Window w = of(size, stride, dilation, before, after);
        int outs = w.outputExtent(0, in);
        Assume.that(outs > 0);
        Window canonical = w.canonical(shape(in), shape(outs));
        assertThat(seen(canonical, in, outs)).isEqualTo(seen(w, in, outs));
        assertThat(canonical.outputExtent(0, in)).isEqualTo(outs);
        Window dense = of(size, stride, 1, before, after);
        int denseOuts = dense.outputExtent(0, in);
        Window cut = dense.cut(shape(in), shape(denseOuts));
        assertThat(seen(cut, in, denseOuts)).isEqualTo(seen(dense, in, denseOuts));
        assertThat(cut.outputExtent(0, in)).isEqualTo(denseOuts);
        assertThat(cut.size().get(0)).isLessThanOrEqualTo(in + (denseOuts - 1) * stride);
    }

    @Test
    void whatIsFarOutDoesNotOverflow() {
        int far = Integer.MAX_VALUE - 1;
        assertThat(of(far, 1, far, 0, 0).span(0)).isEqualTo((far - 1L) * far + 1);
        assertThat(of(far, 1, far, 0, 0).outputExtent(0, 9)).isZero();
        Window cut = of(far, 1, 1, far / 2 - 4, far / 2).cut(shape(9), shape(9));
        assertThat(cut).isEqualTo(of(17, 1, 1, 8, 8));
    }
}
