package dev.thaw.backend.cuda;

import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.cublasStatus;
import jcuda.jcudnn.JCudnn;
import jcuda.nvrtc.JNvrtc;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Checks what a call returned. {@code doing} says what the call was for: an op with its operands,
 * or a few words.
 */
final class Status {
    private static final Logger LOG = LoggerFactory.getLogger(Status.class);

    /** Errors of a kernel, or of the device, after which the context answers nothing else. */
    private static final Set<Integer> LASTING =
            Set.of(
                    CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
                    CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
                    CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
                    CUresult.CUDA_ERROR_ASSERT,
                    CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
                    CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
                    CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
                    CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
                    CUresult.CUDA_ERROR_INVALID_PC,
                    CUresult.CUDA_ERROR_LAUNCH_FAILED);

    /** Each is told once: every later call fails with it again. */
    private static final Set<Integer> TOLD = ConcurrentHashMap.newKeySet();

    private Status() {}

    static void driver(int status, String call, String doing) {
        if (status != CUresult.CUDA_SUCCESS) {
            if (LASTING.contains(status) && TOLD.add(status)) {
                LOG.error(
                        "the GPU has stopped after an error that lasts, {}: it refuses all further work of this process, which must be started again",
                        driverError(status));
            }
            throw failed(call, doing, driverError(status));
        }
    }

    static void cublas(int status, String call, String doing) {
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            throw failed(call, doing, cublasStatus.stringFor(status) + " (" + status + ")");
        }
    }

    /** cuDNN 9 renumbered its codes, so the library itself is asked what they mean. */
    static void cudnn(int status, String call, String doing) {
        if (status != 0) {
            throw new CudnnException(doing, call + " failed: " + cudnnError(status));
        }
    }

    static String cudnnError(int status) {
        return JCudnn.cudnnGetErrorString(status) + " (" + status + ")";
    }

    static void nvrtc(int status, String call, String doing) {
        if (status != 0) {
            throw failed(call, doing, JNvrtc.nvrtcGetErrorString(status) + " (" + status + ")");
        }
    }

    static String driverError(int status) {
        String[] name = new String[1];
        String[] text = new String[1];
        JCudaDriver.cuGetErrorName(status, name);
        JCudaDriver.cuGetErrorString(status, text);
        return text[0] + " (" + name[0] + ", " + status + ")";
    }

    private static CudaException failed(String call, String doing, String reason) {
        return new CudaException("cuda: %s: %s failed: %s".formatted(doing, call, reason));
    }
}
