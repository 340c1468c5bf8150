package dev.thaw.backend.cuda;

import static jcuda.jcudnn.JCudnn.*;

import dev.thaw.op.Op;
import dev.thaw.op.Value;
import dev.thaw.op.Window;

import jcuda.jcudnn.cudnnConvolutionBwdDataAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;

import java.util.Arrays;
import java.util.List;

/**
 * What cuDNN knows of one convolution: descriptors of the images, the filters and the result, all
 * channels last. cuDNN pads on both sides alike, so that where a window does not, x is padded
 * before by what one side has more.
 */
final class CudnnConvolution implements AutoCloseable {
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
    private final int[] filter;
    private final int[] result;

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
        this.result = result.shape().toArray();
        int filters = this.result[rank + 1];
        int[] ones = new int[rank + 2];
        Arrays.fill(ones, 1);
        ones[rank + 1] = filters;
        filter = new int[rank + 2];
        filter[0] = filters;
        filter[1] = padded[rank + 1] / groups;
        for (int i = 0; i < rank; i++) {
            filter[2 + i] = window.size().get(i);
        }
        int math = engine.tf32() ? cudnnMathType.CUDNN_DEFAULT_MATH : cudnnMathType.CUDNN_FMA_MATH;
        try {
            x = tensor(padded);
            y = tensor(this.result);
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
    CudnnPass.Choice forward() {
        return choice(
                new CudnnPass<>(
                        "Forward",
                        CudnnPass.room(
                                new cudnnConvolutionFwdAlgoPerf[CudnnPass.ALGORITHMS],
                                cudnnConvolutionFwdAlgoPerf::new),
                        p -> new CudnnPass.Proposal(p.algo, p.status, p.determinism),
                        (count, found) ->
                                cudnnGetConvolutionForwardAlgorithm_v7(
                                        engine.cudnn(),
                                        x,
                                        w,
                                        convolution,
                                        y,
                                        CudnnPass.ALGORITHMS,
                                        count,
                                        found),
                        (r, count, found) ->
                                cudnnFindConvolutionForwardAlgorithmEx(
                                        engine.cudnn(),
                                        x,
                                        r.x(),
                                        w,
                                        r.w(),
                                        convolution,
                                        y,
                                        r.y(),
                                        CudnnPass.ALGORITHMS,
                                        count,
                                        found,
                                        r.scratch(),
                                        r.bytes()),
                        (a, bytes) ->
                                cudnnGetConvolutionForwardWorkspaceSize(
                                        engine.cudnn(), x, w, convolution, y, a, bytes)));
    }

    /** The algorithm for the gradient of x. */
    CudnnPass.Choice gradInput() {
        return choice(
                new CudnnPass<>(
                        "BackwardData",
                        CudnnPass.room(
                                new cudnnConvolutionBwdDataAlgoPerf[CudnnPass.ALGORITHMS],
                                cudnnConvolutionBwdDataAlgoPerf::new),
                        p -> new CudnnPass.Proposal(p.algo, p.status, p.determinism),
                        (count, found) ->
                                cudnnGetConvolutionBackwardDataAlgorithm_v7(
                                        engine.cudnn(),
                                        w,
                                        y,
                                        convolution,
                                        x,
                                        CudnnPass.ALGORITHMS,
                                        count,
                                        found),
                        (r, count, found) ->
                                cudnnFindConvolutionBackwardDataAlgorithmEx(
                                        engine.cudnn(),
                                        w,
                                        r.w(),
                                        y,
                                        r.y(),
                                        convolution,
                                        x,
                                        r.x(),
                                        CudnnPass.ALGORITHMS,
                                        count,
                                        found,
                                        r.scratch(),
                                        r.bytes()),
                        (a, bytes) ->
                                cudnnGetConvolutionBackwardDataWorkspaceSize(
                                        engine.cudnn(), w, y, convolution, x, a, bytes)));
    }

    /** The algorithm for the gradient of w. */
    CudnnPass.Choice gradFilter() {
        return choice(
                new CudnnPass<>(
                        "BackwardFilter",
                        CudnnPass.room(
                                new cudnnConvolutionBwdFilterAlgoPerf[CudnnPass.ALGORITHMS],
                                cudnnConvolutionBwdFilterAlgoPerf::new),
                        p -> new CudnnPass.Proposal(p.algo, p.status, p.determinism),
                        (count, found) ->
                                cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                                        engine.cudnn(),
                                        x,
                                        y,
                                        convolution,
                                        w,
                                        CudnnPass.ALGORITHMS,
                                        count,
                                        found),
                        (r, count, found) ->
                                cudnnFindConvolutionBackwardFilterAlgorithmEx(
                                        engine.cudnn(),
                                        x,
                                        r.x(),
                                        y,
                                        r.y(),
                                        convolution,
                                        w,
                                        r.w(),
                                        CudnnPass.ALGORITHMS,
                                        count,
                                        found,
                                        r.scratch(),
                                        r.bytes()),
                        (a, bytes) ->
                                cudnnGetConvolutionBackwardFilterWorkspaceSize(
                                        engine.cudnn(), x, y, convolution, w, a, bytes)));
    }

    private static long bytes(int[] extents) {
        return Arrays.stream(extents).asLongStream().reduce(Float.BYTES, (a, b) -> a * b);
    }

    /** Where cuDNN refuses, the descriptors are closed. */
    private CudnnPass.Choice choice(CudnnPass<?> pass) {
        try {
            return pass.choose(engine, own.doing(), bytes(padded), bytes(filter), bytes(result));
        } catch (RuntimeException | Error e) {
            own.close();
            throw e;
        }
    }

    @Override
    public void close() {
        own.close();
    }
}
