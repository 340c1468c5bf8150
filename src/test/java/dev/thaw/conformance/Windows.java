package dev.thaw.conformance;

import dev.thaw.op.Window;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Windows as layers make them. */
final class Windows {
    private Windows() {}

    /** No padding. */
    static Window valid(List<Integer> size, int stride, int dilation) {
        List<Integer> none = all(size, 0);
        return new Window(size, all(size, stride), all(size, dilation), none, none);
    }

    /** ceil(in / stride) outputs; of an odd padding the larger half comes after. */
    static Window same(List<Integer> in, List<Integer> size, int stride, int dilation) {
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        for (int i = 0; i < size.size(); i++) {
            int outs = (in.get(i) + stride - 1) / stride;
            int span = (size.get(i) - 1) * dilation + 1;
            int total = Math.max(0, (outs - 1) * stride + span - in.get(i));
            before.add(total / 2);
            after.add(total - total / 2);
        }
        return new Window(size, all(size, stride), all(size, dilation), before, after);
    }

    private static List<Integer> all(List<Integer> like, int number) {
        return Collections.nCopies(like.size(), number);
    }

    /** [batch, outputs.., channels]. */
    static Shape output(Window w, int batch, List<Integer> in, int channels) {
        List<Integer> dims = new ArrayList<>();
        dims.add(batch);
        for (int i = 0; i < in.size(); i++) {
            dims.add(w.outputExtent(i, in.get(i)));
        }
        dims.add(channels);
        return Shape.of(dims);
    }

    /** [first, middle.., last..]. */
    static Shape shape(List<Integer> first, List<Integer> middle, Integer... last) {
        List<Integer> dims = new ArrayList<>(first);
        dims.addAll(middle);
        dims.addAll(List.of(last));
        return Shape.of(dims);
    }
}
