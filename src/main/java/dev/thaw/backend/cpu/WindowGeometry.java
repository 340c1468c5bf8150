package dev.thaw.backend.cpu;

import dev.thaw.op.Value;
import dev.thaw.op.Window;

import org.bytedeco.dnnl.dnnl_memory_desc;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A convolution or pooling in oneDNN's terms: logical order N, C, spatial.., stored with the
 * channels last.
 *
 * @param in the images' extents in Keras's order: N, spatial.., C
 * @param out the results' extents in that order
 * @param window how the window moves
 */
record WindowGeometry(int[] in, int[] out, Window window) {
    /** Bytes between two cells that oneDNN is trusted with: its gradients die at a megabyte. */
    private static final long FARTHEST = 1 << 19;

    static WindowGeometry of(Value x, Value y, Window window) {
        return new WindowGeometry(
                x.shape().toArray(), y.shape().toArray(), window.canonical(x.shape(), y.shape()));
    }

    /**
     * Whether oneDNN may see it. It ends the JVM, or spends minutes, on windows that no network
     * has: on outputs that see padding alone, and where it unrolls or addresses by 32 bits what is
     * far apart.
     */
    boolean isOrdinary() {
        return isEmpty()
                || !isMisread() && IntStream.range(0, window.rank()).allMatch(this::isOrdinary);
    }

    /**
     * Images of one channel whose last axis gives one output and has cells left over: oneDNN 3.11
     * takes their rows for shorter ones with AVX-512, and computes rubbish.
     */
    private boolean isMisread() {
        int last = window.rank() - 1;
        return inChannels() == 1
                && out[last + 1] == 1
                && in[last + 1] + window.padBefore().get(last) > window.span(last);
    }

    private boolean isOrdinary(int axis) {
        long bytes = Float.BYTES * Math.max(inChannels(), outChannels());
        if (window.strides().get(axis) * bytes > FARTHEST
                || window.dilation().get(axis) * bytes > FARTHEST) {
            return false;
        }
        for (int o = 0; o < out[axis + 1]; o++) {
            if (!window.sees(axis, o, in[axis + 1])) {
                return false;
            }
        }
        return true;
    }

    WindowGeometry withInChannels(int channels) {
        int[] wider = in.clone();
        wider[wider.length - 1] = channels;
        return new WindowGeometry(wider, out, window);
    }

    /** The same over planes of one row where it was over one axis. */
    WindowGeometry overPlanes() {
        if (window.rank() != 1) {
            return this;
        }
        Window plane =
                new Window(
                        List.of(1, window.size().get(0)),
                        List.of(1, window.strides().get(0)),
                        List.of(1, window.dilation().get(0)),
                        List.of(0, window.padBefore().get(0)),
                        List.of(0, window.padAfter().get(0)));
        return new WindowGeometry(
                new int[] {in[0], 1, in[1], in[2]}, new int[] {out[0], 1, out[1], out[2]}, plane);
    }

    boolean isEmpty() {
        return size(in) == 0 || size(out) == 0;
    }

    long inChannels() {
        return in[in.length - 1];
    }

    long outChannels() {
        return out[out.length - 1];
    }

    static long size(int[] extents) {
        long size = 1;
        for (int e : extents) {
            size *= e;
        }
        return size;
    }

    /** The number of cells of the window. */
    long cells() {
        long cells = 1;
        for (int e : window.size()) {
            cells *= e;
        }
        return cells;
    }

    long[] sizes() {
        return longs(window.size(), 0);
    }

    long[] strides() {
        return longs(window.strides(), 0);
    }

    /** oneDNN counts the cells that are skipped. */
    long[] dilation() {
        return longs(window.dilation(), -1);
    }

    long[] padBefore() {
        return longs(window.padBefore(), 0);
    }

    long[] padAfter() {
        return longs(window.padAfter(), 0);
    }

    private static long[] longs(List<Integer> numbers, int plus) {
        return numbers.stream().mapToLong(n -> n + plus).toArray();
    }

    /** Describes a channels-last tensor. */
    static dnnl_memory_desc channelsLast(int[] extents) {
        long[] dims = channelsFirst(extents);
        long[] strides = new long[dims.length];
        strides[1] = 1;
        long s = dims[1];
        for (int i = dims.length - 1; i > 1; i--) {
            strides[i] = s;
            s *= dims[i];
        }
        strides[0] = s;
        return Dnnl.strided(dims, strides);
    }

    /** Lets the primitive choose the layout of such a tensor. */
    static dnnl_memory_desc anyLayout(int[] extents) {
        return Dnnl.any(channelsFirst(extents));
    }

    private static long[] channelsFirst(int[] extents) {
        int rank = extents.length;
        long[] dims = new long[rank];
        dims[0] = extents[0];
        dims[1] = extents[rank - 1];
        for (int i = 2; i < rank; i++) {
            dims[i] = extents[i - 1];
        }
        return dims;
    }

    /**
     * The extents of Keras's filters [window.., C / groups, F] in oneDNN's order: groups where
     * there are any, outputs and inputs of a group, window.
     */
    long[] filterDims(int groups) {
        int lead = groups == 1 ? 2 : 3;
        long[] dims = new long[lead + window.rank()];
        if (groups > 1) {
            dims[0] = groups;
        }
        dims[lead - 2] = outChannels() / groups;
        dims[lead - 1] = inChannels() / groups;
        for (int i = 0; i < window.rank(); i++) {
            dims[lead + i] = window.size().get(i);
        }
        return dims;
    }

    /** Describes Keras's filters in oneDNN's order. */
    dnnl_memory_desc kerasFilters(int groups) {
        long[] dims = filterDims(groups);
        long[] strides = new long[dims.length];
        int lead = dims.length - window.rank();
        if (groups > 1) {
            strides[0] = outChannels() / groups;
        }
        strides[lead - 2] = 1;
        strides[lead - 1] = outChannels();
        long s = outChannels() * inChannels() / groups;
        for (int i = dims.length - 1; i >= lead; i--) {
            strides[i] = s;
            s *= dims[i];
        }
        return Dnnl.strided(dims, strides);
    }
}
