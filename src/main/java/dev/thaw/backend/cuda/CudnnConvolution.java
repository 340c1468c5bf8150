package dev.thaw.backend.cuda;

import static jcuda.jcudnn.JCudnn.*;

import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.op.Window;

import jcuda.jcudnn.cudnnConvolutionBwdDataAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnDeterminism;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * What cuDNN knows of one convolution: descriptors of the images, the filters and the result, all
 * channels last. cuDNN pads on both sides alike, so that where a window does not, x is padded
 * before by what one side has more.
 */
final class CudnnConvolution implements AutoCloseable {
    /** An algorithm and the memory that it needs. */
    record Choice(int algorithm, long bytes) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "cuDNN's algorithm %d, %,d bytes of its own", algorithm, bytes);
        }
    }

    /** Asks whether an algorithm can run, and for its memory: a status. */
    @FunctionalInterface
    private interface Size {
        int ask(int algorithm, long[] bytes);
    }

    /** An algorithm that cuDNN proposes. */
    private record Proposal(int algorithm, int status, int determinism) {}

    private static final int ALGORITHMS = 8;
    private static final long MOST_WORKSPACE = 1L << 30;
    private static final int FLOAT = cudnnDataType.CUDNN_DATA_FLOAT;
    private static final int NHWC = cudnnTensorFormat.CUDNN_TENSOR_NHWC;

    private final Engine engine;
    private final String doing;
    private final cudnnTensorDescriptor x = new cudnnTensorDescriptor();
    private final cudnnTensorDescriptor y = new cudnnTensorDescriptor();
    private final cudnnTensorDescriptor bias = new cudnnTensorDescriptor();
    private final cudnnFilterDescriptor w = new cudnnFilterDescriptor();
    private final cudnnConvolutionDescriptor convolution = new cudnnConvolutionDescriptor();
    private final int[] images;
    private final int[] padded;
    private final List<Integer> begin;
    private final long filterBytes;
    private final long resultBytes;

    CudnnConvolution(Engine engine, Op op, Value images, Value result, Window window, int groups) {
        this.engine = engine;
        doing = Engine.describe(op);
        int rank = window.rank();
        this.images = images.shape().toArray();
        padded = this.images.clone();
        Integer[] first = new Integer[rank + 2];
        Arrays.fill(first, 0);
        int[] pad = new int[rank];
        for (int i = 0; i < rank; i++) {
            pad[i] = Math.min(window.padBefore().get(i), window.padAfter().get(i));
            first[1 + i] = window.padBefore().get(i) - pad[i];
            padded[1 + i] += first[1 + i] + window.padAfter().get(i) - pad[i];
        }
        begin = List.of(first);
        check(cudnnCreateTensorDescriptor(x), "cudnnCreateTensorDescriptor");
        check(cudnnCreateTensorDescriptor(y), "cudnnCreateTensorDescriptor");
        check(cudnnCreateTensorDescriptor(bias), "cudnnCreateTensorDescriptor");
        check(cudnnCreateFilterDescriptor(w), "cudnnCreateFilterDescriptor");
        check(cudnnCreateConvolutionDescriptor(convolution), "cudnnCreateConvolutionDescriptor");
        int channels = padded[rank + 1];
        int[] out = result.shape().toArray();
        int filters = out[rank + 1];
        setTensor(x, padded);
        setTensor(y, out);
        int[] ones = new int[rank + 2];
        Arrays.fill(ones, 1);
        ones[rank + 1] = filters;
        setTensor(bias, ones);
        int[] filter = new int[rank + 2];
        filter[0] = filters;
        filter[1] = channels / groups;
        for (int i = 0; i < rank; i++) {
            filter[2 + i] = window.size().get(i);
        }
        filterBytes = bytes(filter);
        resultBytes = bytes(out);
        int[] four = atLeastFour(filter);
        check(
                cudnnSetFilterNdDescriptor(w, FLOAT, NHWC, four.length, four),
                "cudnnSetFilterNdDescriptor");
        setWindow(window, pad);
        check(cudnnSetConvolutionGroupCount(convolution, groups), "cudnnSetConvolutionGroupCount");
        int math = engine.tf32() ? cudnnMathType.CUDNN_DEFAULT_MATH : cudnnMathType.CUDNN_FMA_MATH;
        check(cudnnSetConvolutionMathType(convolution, math), "cudnnSetConvolutionMathType");
    }

    private void check(int status, String call) {
        Status.cudnn(status, call, doing);
    }

    private void setTensor(cudnnTensorDescriptor descriptor, int[] channelsLast) {
        int rank = channelsLast.length - 2;
        int[] dims = new int[rank + 2];
        dims[0] = channelsLast[0];
        dims[1] = channelsLast[rank + 1];
        System.arraycopy(channelsLast, 1, dims, 2, rank);
        int[] four = atLeastFour(dims);
        check(
                cudnnSetTensorNdDescriptorEx(descriptor, NHWC, FLOAT, four.length, four),
                "cudnnSetTensorNdDescriptorEx");
    }

    /** cuDNN knows no convolution over one axis: another one of extent 1 goes before. */
    private static int[] atLeastFour(int[] dims) {
        return dims.length >= 4 ? dims : new int[] {dims[0], dims[1], 1, dims[2]};
    }

    private void setWindow(Window window, int[] pad) {
        List<Integer> pads = new ArrayList<>(Arrays.stream(pad).boxed().toList());
        List<Integer> strides = new ArrayList<>(window.strides());
        List<Integer> dilation = new ArrayList<>(window.dilation());
        if (window.rank() == 1) {
            pads.add(0, 0);
            strides.add(0, 1);
            dilation.add(0, 1);
        }
        check(
                cudnnSetConvolutionNdDescriptor(
                        convolution,
                        pads.size(),
                        array(pads),
                        array(strides),
                        array(dilation),
                        cudnnConvolutionMode.CUDNN_CROSS_CORRELATION,
                        FLOAT),
                "cudnnSetConvolutionNdDescriptor");
    }

    private static int[] array(List<Integer> numbers) {
        return numbers.stream().mapToInt(n -> n).toArray();
    }

    cudnnTensorDescriptor x() {
        return x;
    }

    cudnnTensorDescriptor y() {
        return y;
    }

    /** One number per filter. */
    cudnnTensorDescriptor bias() {
        return bias;
    }

    cudnnFilterDescriptor w() {
        return w;
    }

    cudnnConvolutionDescriptor convolution() {
        return convolution;
    }

    /** Whether x goes through a padded copy. */
    boolean pads() {
        return !Arrays.equals(images, padded);
    }

    int[] images() {
        return images;
    }

    int[] padded() {
        return padded;
    }

    /** Where x begins in its padded copy. */
    List<Integer> begin() {
        return begin;
    }

    /** Room for the padded copy. */
    long paddedBytes() {
        return pads()
                ? WithWorkspace.floats(
                        Arrays.stream(padded).asLongStream().reduce(1, (a, b) -> a * b))
                : 0;
    }

    /** The algorithm for y; null where cuDNN has none. */
    Choice forward() {
        cudnnConvolutionFwdAlgoPerf[] found = new cudnnConvolutionFwdAlgoPerf[ALGORITHMS];
        Arrays.setAll(found, i -> new cudnnConvolutionFwdAlgoPerf());
        int[] count = new int[1];
        int status =
                engine.finds()
                        ? find(
                                r ->
                                        cudnnFindConvolutionForwardAlgorithmEx(
                                                engine.cudnn(),
                                                x,
                                                r.x(),
                                                w,
                                                r.w(),
                                                convolution,
                                                y,
                                                r.y(),
                                                ALGORITHMS,
                                                count,
                                                found,
                                                r.scratch(),
                                                r.bytes()))
                        : cudnnGetConvolutionForwardAlgorithm_v7(
                                engine.cudnn(), x, w, convolution, y, ALGORITHMS, count, found);
        return choose(
                Arrays.stream(found)
                        .limit(status == 0 ? count[0] : 0)
                        .map(p -> new Proposal(p.algo, p.status, p.determinism))
                        .toList(),
                (a, bytes) ->
                        cudnnGetConvolutionForwardWorkspaceSize(
                                engine.cudnn(), x, w, convolution, y, a, bytes));
    }

    /** The algorithm for the gradient of x; null where cuDNN has none. */
    Choice gradInput() {
        cudnnConvolutionBwdDataAlgoPerf[] found = new cudnnConvolutionBwdDataAlgoPerf[ALGORITHMS];
        Arrays.setAll(found, i -> new cudnnConvolutionBwdDataAlgoPerf());
        int[] count = new int[1];
        int status =
                engine.finds()
                        ? find(
                                r ->
                                        cudnnFindConvolutionBackwardDataAlgorithmEx(
                                                engine.cudnn(),
                                                w,
                                                r.w(),
                                                y,
                                                r.y(),
                                                convolution,
                                                x,
                                                r.x(),
                                                ALGORITHMS,
                                                count,
                                                found,
                                                r.scratch(),
                                                r.bytes()))
                        : cudnnGetConvolutionBackwardDataAlgorithm_v7(
                                engine.cudnn(), w, y, convolution, x, ALGORITHMS, count, found);
        return choose(
                Arrays.stream(found)
                        .limit(status == 0 ? count[0] : 0)
                        .map(p -> new Proposal(p.algo, p.status, p.determinism))
                        .toList(),
                (a, bytes) ->
                        cudnnGetConvolutionBackwardDataWorkspaceSize(
                                engine.cudnn(), w, y, convolution, x, a, bytes));
    }

    /** The algorithm for the gradient of w; null where cuDNN has none. */
    Choice gradFilter() {
        cudnnConvolutionBwdFilterAlgoPerf[] found =
                new cudnnConvolutionBwdFilterAlgoPerf[ALGORITHMS];
        Arrays.setAll(found, i -> new cudnnConvolutionBwdFilterAlgoPerf());
        int[] count = new int[1];
        int status =
                engine.finds()
                        ? find(
                                r ->
                                        cudnnFindConvolutionBackwardFilterAlgorithmEx(
                                                engine.cudnn(),
                                                x,
                                                r.x(),
                                                y,
                                                r.y(),
                                                convolution,
                                                w,
                                                r.w(),
                                                ALGORITHMS,
                                                count,
                                                found,
                                                r.scratch(),
                                                r.bytes()))
                        : cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                                engine.cudnn(), x, y, convolution, w, ALGORITHMS, count, found);
        return choose(
                Arrays.stream(found)
                        .limit(status == 0 ? count[0] : 0)
                        .map(p -> new Proposal(p.algo, p.status, p.determinism))
                        .toList(),
                (a, bytes) ->
                        cudnnGetConvolutionBackwardFilterWorkspaceSize(
                                engine.cudnn(), x, y, convolution, w, a, bytes));
    }

    /** Calls with room for all tensors. */
    private int find(Function<CudnnFind.Room, Integer> call) {
        return CudnnFind.measure(engine, bytes(padded), filterBytes, resultBytes, call);
    }

    private static long bytes(int[] extents) {
        return Arrays.stream(extents).asLongStream().reduce(Float.BYTES, (a, b) -> a * b);
    }

    /**
     * The first, and so by cuDNN's guess or measurement fastest, that gives the same bits each time
     * and fits.
     */
    private static Choice choose(List<Proposal> proposals, Size size) {
        for (Proposal p : proposals) {
            long[] bytes = new long[1];
            if (p.status() == 0
                    && p.determinism() == cudnnDeterminism.CUDNN_DETERMINISTIC
                    && size.ask(p.algorithm(), bytes) == 0
                    && bytes[0] <= MOST_WORKSPACE) {
                return new Choice(p.algorithm(), bytes[0]);
            }
        }
        return null;
    }

    @Override
    public void close() {
        cudnnDestroyConvolutionDescriptor(convolution);
        cudnnDestroyFilterDescriptor(w);
        cudnnDestroyTensorDescriptor(bias);
        cudnnDestroyTensorDescriptor(y);
        cudnnDestroyTensorDescriptor(x);
    }
}
