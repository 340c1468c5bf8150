package dev.thaw.sim;

import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.jcublas.JCublas2.*;
import static jcuda.jcudnn.JCudnn.*;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.sim.Simulator.Counter;
import dev.thaw.sim.Simulator.Setting;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.jcublas.cublasHandle;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnDropoutDescriptor;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnTensorDescriptor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Random;

/**
 * The simulated cuBLAS and cuDNN under JCuda's natives: that they compute, and what they refuse.
 */
class SimulatedLibrariesTest extends DeviceTest {
    private static final int OK = 0;
    private static final int BAD_PARAM = 2000;
    private static final int NOT_SUPPORTED = 3000;
    private static final int EXECUTION_FAILED = 5000;
    private static final int NCHW = 0;
    private static final int NHWC = 1;
    private static final int FLOAT = 0;

    /** Sums of a few dozen float32 products of numbers near 1. */
    private static final double ROUNDING = 1e-5;

    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private final Random random = new Random(5);
    private final cudnnHandle dnn = new cudnnHandle();
    private final cublasHandle blas = new cublasHandle();

    @BeforeEach
    void open() {
        assertThat(cudnnCreate(dnn)).isEqualTo(OK);
        assertThat(cublasCreate(blas)).isEqualTo(OK);
    }

    @AfterEach
    void close() {
        cudnnDestroy(dnn);
        cublasDestroy(blas);
    }

    private float[] noise(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    private static cudnnTensorDescriptor tensor(int format, int n, int c, int h, int w) {
        cudnnTensorDescriptor t = new cudnnTensorDescriptor();
        assertThat(cudnnCreateTensorDescriptor(t)).isEqualTo(OK);
        assertThat(cudnnSetTensor4dDescriptor(t, format, FLOAT, n, c, h, w)).isEqualTo(OK);
        return t;
    }

    private int gemm(CUdeviceptr a, int lda, CUdeviceptr b, CUdeviceptr c) {
        return cublasSgemm(blas, 0, 0, 2, 2, 3, ONE, a, lda, b, 3, ZERO, c, 2);
    }

    @Test
    void multipliesMatrices() {
        CUdeviceptr a = device.upload(1, 4, 2, 5, 3, 6); // columns of [[1,2,3],[4,5,6]]
        CUdeviceptr b = device.upload(1, 0, 1, 0, 1, 1);
        CUdeviceptr c = device.allocate(16);
        assertThat(gemm(a, 2, b, c)).isEqualTo(OK);
        assertThat(device.download(c, 4)).containsExactly(4, 10, 5, 11);
        assertThat(
                        cublasGemmEx_new(
                                blas,
                                1,
                                0,
                                2,
                                2,
                                3,
                                ONE,
                                device.upload(1, 2, 3, 4, 5, 6),
                                0,
                                3,
                                b,
                                0,
                                3,
                                ZERO,
                                c,
                                0,
                                2,
                                68,
                                -1))
                .isEqualTo(OK);
        assertThat(device.download(c, 4)).containsExactly(4, 10, 5, 11);
        assertThat(simulator.count(Counter.LIBRARY_CALLS)).isEqualTo(2);
    }

    @Test
    void refusesMatricesThatDoNotFit() {
        simulator.set(Setting.QUIET, 1);
        CUdeviceptr a = device.allocate(24);
        CUdeviceptr c = device.allocate(16);
        assertThat(gemm(a, 1, a, c)).isEqualTo(7);
        assertThat(simulator.reports()).last().asString().contains("leading dimension 1");
        assertThat(gemm(a, 4, a, c)).isEqualTo(13);
        cuMemFree(c);
        assertThat(gemm(a, 2, a, c)).isEqualTo(13);
        assertThat(simulator.reports()).last().asString().contains("freed 16 bytes");
        cublasHandle gone = new cublasHandle();
        cublasCreate(gone);
        cublasDestroy(gone);
        assertThat(cublasSetStream(gone, null)).isEqualTo(1);
    }

    @Test
    void convolvesAndItsGradientsAreItsAdjoints() {
        for (int format : new int[] {NCHW, NHWC}) {
            cudnnTensorDescriptor x = tensor(format, 2, 4, 5, 6);
            cudnnFilterDescriptor w = new cudnnFilterDescriptor();
            cudnnCreateFilterDescriptor(w);
            assertThat(cudnnSetFilter4dDescriptor(w, FLOAT, format, 6, 2, 3, 2)).isEqualTo(OK);
            cudnnConvolutionDescriptor conv = new cudnnConvolutionDescriptor();
            cudnnCreateConvolutionDescriptor(conv);
            assertThat(cudnnSetConvolution2dDescriptor(conv, 1, 0, 2, 1, 1, 2, 1, FLOAT))
                    .isEqualTo(OK);
            cudnnSetConvolutionGroupCount(conv, 2);
            int[] n = {0};
            int[] k = {0};
            int[] p = {0};
            int[] q = {0};
            cudnnGetConvolution2dForwardOutputDim(conv, x, w, n, k, p, q);
            assertThat(new int[] {n[0], k[0], p[0], q[0]}).containsExactly(2, 6, 3, 4);
            cudnnTensorDescriptor y = tensor(format, 2, 6, 3, 4);

            cudnnConvolutionFwdAlgoPerf[] perf = {new cudnnConvolutionFwdAlgoPerf()};
            int[] found = {0};
            assertThat(cudnnGetConvolutionForwardAlgorithm_v7(dnn, x, w, conv, y, 1, found, perf))
                    .isEqualTo(OK);
            assertThat(found[0]).isEqualTo(1);
            long[] bytes = {0};
            int algorithm = perf[0].algo;
            cudnnGetConvolutionForwardWorkspaceSize(dnn, x, w, conv, y, algorithm, bytes);
            assertThat(bytes[0]).isEqualTo(perf[0].memory).isPositive();
            CUdeviceptr work = device.allocate(bytes[0]);

            float[] xs = noise(240);
            float[] ws = noise(72);
            float[] dys = noise(144);
            CUdeviceptr dx = device.upload(xs);
            CUdeviceptr dw = device.upload(ws);
            CUdeviceptr dy = device.allocate(144 * 4);
            assertThat(
                            cudnnConvolutionForward(
                                    dnn, ONE, x, dx, w, dw, conv, algorithm, work, bytes[0], ZERO,
                                    y, dy))
                    .isEqualTo(OK);
            double through = dot(device.download(dy, 144), dys);
            CUdeviceptr up = device.upload(dys);
            CUdeviceptr gx = device.allocate(240 * 4);
            CUdeviceptr gw = device.allocate(72 * 4);
            assertThat(
                            cudnnConvolutionBackwardData(
                                    dnn, ONE, w, dw, y, up, conv, 1, work, bytes[0], ZERO, x, gx))
                    .isEqualTo(OK);
            assertThat(
                            cudnnConvolutionBackwardFilter(
                                    dnn, ONE, x, dx, y, up, conv, 1, work, bytes[0], ZERO, w, gw))
                    .isEqualTo(OK);
            assertThat(dot(device.download(gx, 240), xs))
                    .isEqualTo(through, within(100 * ROUNDING));
            assertThat(dot(device.download(gw, 72), ws)).isEqualTo(through, within(100 * ROUNDING));
            assertThat(
                            cudnnConvolutionForward(
                                    dnn, ONE, x, dx, w, dw, conv, 5, work, bytes[0], ZERO, y, dy))
                    .isEqualTo(NOT_SUPPORTED);
            assertThat(
                            cudnnConvolutionForward(
                                    dnn, ONE, x, dx, w, dw, conv, 1, work, 8, ZERO, y, dy))
                    .isEqualTo(BAD_PARAM);
        }
    }

    @Test
    void convolvesByHand() {
        cudnnTensorDescriptor x = tensor(NHWC, 1, 1, 3, 3);
        cudnnFilterDescriptor w = new cudnnFilterDescriptor();
        cudnnCreateFilterDescriptor(w);
        cudnnSetFilter4dDescriptor(w, FLOAT, NHWC, 1, 1, 2, 2);
        cudnnConvolutionDescriptor conv = new cudnnConvolutionDescriptor();
        cudnnCreateConvolutionDescriptor(conv);
        cudnnSetConvolution2dDescriptor(conv, 0, 0, 1, 1, 1, 1, 1, FLOAT);
        cudnnTensorDescriptor y = tensor(NHWC, 1, 1, 2, 2);
        CUdeviceptr out = device.allocate(16);
        cudnnConvolutionForward(
                dnn,
                ONE,
                x,
                device.upload(1, 2, 3, 4, 5, 6, 7, 8, 9),
                w,
                device.upload(1, 10, 100, 1000),
                conv,
                0,
                null,
                0,
                ZERO,
                y,
                out);
        assertThat(device.download(out, 4)).containsExactly(5421, 6532, 8754, 9865);
    }

    @Test
    void normalizesWithItsOwnConventions() {
        cudnnTensorDescriptor x = tensor(NHWC, 2, 1, 1, 2);
        cudnnTensorDescriptor p = tensor(NHWC, 1, 1, 1, 1);
        CUdeviceptr y = device.allocate(16);
        CUdeviceptr mean = device.upload(10);
        CUdeviceptr variance = device.upload(10);
        CUdeviceptr savedMean = device.allocate(4);
        CUdeviceptr savedInverse = device.allocate(4);
        CUdeviceptr gamma = device.upload(2);
        CUdeviceptr beta = device.upload(1);
        CUdeviceptr in = device.upload(1, 2, 3, 6); // mean 3, biased variance 3.5
        assertThat(
                        cudnnBatchNormalizationForwardTraining(
                                dnn,
                                1,
                                ONE,
                                ZERO,
                                x,
                                in,
                                x,
                                y,
                                p,
                                gamma,
                                beta,
                                0.5,
                                mean,
                                variance,
                                0.5,
                                savedMean,
                                savedInverse))
                .isEqualTo(OK);
        assertThat(device.download(y, 4)).containsExactly(-1, 0, 1, 4);
        assertThat(device.download(mean, 1)).containsExactly(6.5f);
        // half of the old one and half of the batch's, 3.5, times 4 / 3
        assertThat(device.download(variance, 1)[0]).isEqualTo((float) (5 + 0.5 * 3.5 * 4 / 3));
        assertThat(device.download(savedMean, 1)).containsExactly(3);
        assertThat(device.download(savedInverse, 1)).containsExactly(0.5f);

        CUdeviceptr dx = device.allocate(16);
        CUdeviceptr dgamma = device.allocate(4);
        CUdeviceptr dbeta = device.allocate(4);
        assertThat(
                        cudnnBatchNormalizationBackward(
                                dnn,
                                1,
                                ONE,
                                ZERO,
                                ONE,
                                ZERO,
                                x,
                                in,
                                x,
                                device.upload(1, 0, 0, 3),
                                x,
                                dx,
                                p,
                                gamma,
                                dgamma,
                                dbeta,
                                0.5,
                                savedMean,
                                savedInverse))
                .isEqualTo(OK);
        assertThat(device.download(dbeta, 1)).containsExactly(4);
        assertThat(device.download(dgamma, 1)).containsExactly(3.5f);
        // gamma s (dy - 1 - xh 3.5 / 4), xh = -1, -0.5, 0, 1.5
        assertThat(device.download(dx, 4)).containsExactly(0.875f, -0.5625f, -1, 0.6875f);
    }

    @Test
    void drawsANewDropoutMaskEachTime() {
        cudnnTensorDescriptor x = tensor(NCHW, 1, 1, 10, 100);
        long[] stateBytes = {0};
        long[] reserveBytes = {0};
        cudnnDropoutGetStatesSize(dnn, stateBytes);
        cudnnDropoutGetReserveSpaceSize(x, reserveBytes);
        cudnnDropoutDescriptor drop = new cudnnDropoutDescriptor();
        cudnnCreateDropoutDescriptor(drop);
        assertThat(
                        cudnnSetDropoutDescriptor(
                                drop, dnn, 0.5f, device.allocate(stateBytes[0]), stateBytes[0], 7))
                .isEqualTo(OK);
        CUdeviceptr reserve = device.allocate(reserveBytes[0]);
        float[] ones = new float[1000];
        java.util.Arrays.fill(ones, 1);
        CUdeviceptr in = device.upload(ones);
        CUdeviceptr out = device.allocate(4000);
        cudnnDropoutForward(dnn, drop, x, in, x, out, reserve, reserveBytes[0]);
        float[] first = device.download(out, 1000);
        cudnnDropoutBackward(dnn, drop, x, in, x, out, reserve, reserveBytes[0]);
        assertThat(device.download(out, 1000)).isEqualTo(first).containsOnly(0, 2);
        cudnnDropoutForward(dnn, drop, x, in, x, out, reserve, reserveBytes[0]);
        assertThat(device.download(out, 1000)).isNotEqualTo(first);
    }

    /** Of one image of one cell, in place, with the same numbers as all parameters. */
    private int normalize(cudnnTensorDescriptor x, CUdeviceptr p) {
        return cudnnBatchNormalizationForwardInference(
                dnn, 1, ONE, ZERO, x, p, x, p, x, p, p, p, p, 1);
    }

    @Test
    void refusesWhatCudnnRefuses() {
        simulator.set(Setting.QUIET, 1);
        cudnnTensorDescriptor gone = tensor(NCHW, 1, 1, 1, 1);
        cudnnTensorDescriptor x = tensor(NCHW, 1, 2, 1, 1);
        CUdeviceptr p = device.allocate(8);
        assertThat(cudnnDestroyTensorDescriptor(gone)).isEqualTo(OK);
        assertThat(cudnnDestroyTensorDescriptor(gone)).isEqualTo(BAD_PARAM);
        assertThat(cudnnSetTensor4dDescriptor(gone, 0, 0, 1, 1, 1, 1)).isEqualTo(BAD_PARAM);
        assertThat(normalize(gone, p)).isEqualTo(BAD_PARAM);
        assertThat(simulator.reports())
                .last()
                .asString()
                .contains("no tensor descriptor that lives");
        assertThat(cudnnSetTensor4dDescriptor(x, 0, 2, 1, 1, 1, 2)).isEqualTo(NOT_SUPPORTED);
        cuMemFree(p);
        assertThat(normalize(x, p)).isEqualTo(EXECUTION_FAILED);
        assertThat(cudnnGetErrorString(EXECUTION_FAILED))
                .isEqualTo("CUDNN_STATUS_EXECUTION_FAILED");
        assertThat(cudnnDivisiveNormalizationForward(dnn, null, 0, ONE, x, p, p, p, p, ZERO, x, p))
                .isEqualTo(NOT_SUPPORTED);
    }

    @Test
    void waitsLikeAnyWorkOfAStream() {
        CUdeviceptr a = device.upload(1, 4, 2, 5, 3, 6);
        CUdeviceptr b = device.upload(1, 0, 1, 0, 1, 1);
        CUdeviceptr c = device.upload(0, 0, 0, 0);
        cublasSetStream(blas, new jcuda.runtime.cudaStream_t(device.stream));
        simulator.set(Setting.DEFERRED, 1);
        assertThat(gemm(a, 2, b, c)).isEqualTo(OK);
        assertThat(device.download(c, 4)).containsOnly(0);
        device.synchronize();
        assertThat(device.download(c, 4)).containsExactly(4, 10, 5, 11);
    }
}
