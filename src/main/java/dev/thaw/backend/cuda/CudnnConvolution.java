package dev.thaw.backend.cuda;

import static jcuda.jcudnn.JCudnn.*;

import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.op.Window;

import jcuda.jcudnn.cudnnConvolutionBwdDataAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnDeterminism;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

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

    /** Each direction has one of this number. */
    private static final int FIRST_ALGORITHM = 0;

    private static final long MOST_WORKSPACE = 1L << 30;
    private static final int NHWC = cudnnTensorFormat.CUDNN_TENSOR_NHWC;

    private final Engine engine;
    private final Descriptors own;
    private final cudnnTensorDescriptor x;
    private final cudnnTensorDescriptor y;
    private final cudnnTensorDescriptor bias;
    private final cudnnFilterDescriptor w;
    private final cudnnConvolutionDescriptor convolution;
    private final int[] images;
    private final int[] padded;
    private final List<Integer> begin;
    private final long filterBytes;
    private final long resultBytes;

    CudnnConvolution(Engine engine, Op op, Value images, Value result, Window window, int groups) {
        this.engine = engine;
        own = new Descriptors(op);
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
        int[] out = result.shape().toArray();
        int filters = out[rank + 1];
        int[] ones = new int[rank + 2];
        Arrays.fill(ones, 1);
        ones[rank + 1] = filters;
        int[] filter = new int[rank + 2];
        filter[0] = filters;
        filter[1] = padded[rank + 1] / groups;
        for (int i = 0; i < rank; i++) {
            filter[2 + i] = window.size().get(i);
        }
        filterBytes = bytes(filter);
        resultBytes = bytes(out);
        int math = engine.tf32() ? cudnnMathType.CUDNN_DEFAULT_MATH : cudnnMathType.CUDNN_FMA_MATH;
        try {
            x = tensor(padded);
            y = tensor(out);
            bias = tensor(ones);
            w = own.filter(NHWC, atLeastFour(filter));
            convolution =
                    own.convolution(
                            twoAxes(pad, 0),
                            twoAxes(array(window.strides()), 1),
                            twoAxes(array(window.dilation()), 1),
                            groups,
                            math);
        } catch (RuntimeException | Error e) {
            own.close();
            throw e;
        }
    }

    private cudnnTensorDescriptor tensor(int[] channelsLast) {
        int rank = channelsLast.length - 2;
        int[] dims = new int[rank + 2];
        dims[0] = channelsLast[0];
        dims[1] = channelsLast[rank + 1];
        System.arraycopy(channelsLast, 1, dims, 2, rank);
        return own.tensor(NHWC, atLeastFour(dims));
    }

    /** cuDNN knows no convolution over one axis: another one of extent 1 goes before. */
    private static int[] atLeastFour(int[] dims) {
        return dims.length >= 4 ? dims : new int[] {dims[0], dims[1], 1, dims[2]};
    }

    /** The same for numbers of spatial axes alone. */
    private static int[] twoAxes(int[] numbers, int before) {
        return numbers.length >= 2 ? numbers : new int[] {before, numbers[0]};
    }

    private static int[] array(List<Integer> numbers) {
        return numbers.stream().mapToInt(n -> n).toArray();
    }

    /** What must be closed with the convolution. */
    Descriptors descriptors() {
        return own;
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

    /** The algorithm for y. */
    Choice forward() {
        cudnnConvolutionFwdAlgoPerf[] found = new cudnnConvolutionFwdAlgoPerf[ALGORITHMS];
        Arrays.setAll(found, i -> new cudnnConvolutionFwdAlgoPerf());
        int[] count = new int[1];
        IntSupplier list =
                () ->
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
                                        engine.cudnn(),
                                        x,
                                        w,
                                        convolution,
                                        y,
                                        ALGORITHMS,
                                        count,
                                        found);
        return choose(
                "Forward",
                list,
                () ->
                        Arrays.stream(found)
                                .limit(count[0])
                                .map(p -> new Proposal(p.algo, p.status, p.determinism))
                                .toList(),
                (a, bytes) ->
                        cudnnGetConvolutionForwardWorkspaceSize(
                                engine.cudnn(), x, w, convolution, y, a, bytes));
    }

    /** The algorithm for the gradient of x. */
    Choice gradInput() {
        cudnnConvolutionBwdDataAlgoPerf[] found = new cudnnConvolutionBwdDataAlgoPerf[ALGORITHMS];
        Arrays.setAll(found, i -> new cudnnConvolutionBwdDataAlgoPerf());
        int[] count = new int[1];
        IntSupplier list =
                () ->
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
                                        engine.cudnn(),
                                        w,
                                        y,
                                        convolution,
                                        x,
                                        ALGORITHMS,
                                        count,
                                        found);
        return choose(
                "BackwardData",
                list,
                () ->
                        Arrays.stream(found)
                                .limit(count[0])
                                .map(p -> new Proposal(p.algo, p.status, p.determinism))
                                .toList(),
                (a, bytes) ->
                        cudnnGetConvolutionBackwardDataWorkspaceSize(
                                engine.cudnn(), w, y, convolution, x, a, bytes));
    }

    /** The algorithm for the gradient of w. */
    Choice gradFilter() {
        cudnnConvolutionBwdFilterAlgoPerf[] found =
                new cudnnConvolutionBwdFilterAlgoPerf[ALGORITHMS];
        Arrays.setAll(found, i -> new cudnnConvolutionBwdFilterAlgoPerf());
        int[] count = new int[1];
        IntSupplier list =
                () ->
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
                                        engine.cudnn(),
                                        x,
                                        y,
                                        convolution,
                                        w,
                                        ALGORITHMS,
                                        count,
                                        found);
        return choose(
                "BackwardFilter",
                list,
                () ->
                        Arrays.stream(found)
                                .limit(count[0])
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
     * and fits. Where there is none, cuDNN refuses, and the descriptors are closed.
     */
    private Choice choose(
            String pass, IntSupplier list, Supplier<List<Proposal>> proposals, Size size) {
        String call =
                engine.finds()
                        ? "cudnnFindConvolution" + pass + "AlgorithmEx"
                        : "cudnnGetConvolution" + pass + "Algorithm_v7";
        try {
            list(call, list, size);
            return first(call, proposals.get(), size);
        } catch (RuntimeException | Error e) {
            own.close();
            throw e;
        }
    }

    private Choice first(String call, List<Proposal> proposals, Size size) {
        StringBuilder answers = new StringBuilder();
        for (Proposal p : proposals) {
            long[] bytes = new long[1];
            int status = p.status() == 0 ? size.ask(p.algorithm(), bytes) : p.status();
            if (status == 0
                    && p.determinism() == cudnnDeterminism.CUDNN_DETERMINISTIC
                    && bytes[0] <= MOST_WORKSPACE) {
                return new Choice(p.algorithm(), bytes[0]);
            }
            answers.append(answers.isEmpty() ? "" : ", ").append(p.algorithm()).append(": ");
            answers.append(
                    status != 0
                            ? Status.cudnnError(status)
                            : bytes[0] > MOST_WORKSPACE
                                    ? "needs " + bytes[0] + " bytes"
                                    : "not deterministic");
        }
        throw new CudnnException(own.doing(), call + ": none will do (" + answers + ")");
    }

    /**
     * Where cuDNN refuses, it leaves the number of algorithms unwritten; JCuda copies as many as
     * that happens to say, and its array ends before. What cuDNN answered is then lost, and another
     * question is asked for a reason.
     */
    private void list(String call, IntSupplier list, Size size) {
        int status;
        try {
            status = list.getAsInt();
        } catch (ArrayIndexOutOfBoundsException e) {
            int reason = size.ask(FIRST_ALGORITHM, new long[1]);
            throw new CudnnException(
                    own.doing(),
                    call
                            + " failed, and to the question for a workspace the answer is "
                            + Status.cudnnError(reason));
        }
        Status.cudnn(status, call, own.doing());
    }

    @Override
    public void close() {
        own.close();
    }
}
