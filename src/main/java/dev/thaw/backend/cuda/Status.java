package dev.thaw.backend.cuda;

import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.cublasStatus;
import jcuda.jcudnn.JCudnn;
import jcuda.nvrtc.JNvrtc;

/**
 * Checks what a call returned. {@code doing} says what the call was for: an op with its operands,
 * or a few words.
 */
final class Status {
    private Status() {}

    static void driver(int status, String call, String doing) {
        if (status != CUresult.CUDA_SUCCESS) {
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
            throw failed(call, doing, JCudnn.cudnnGetErrorString(status) + " (" + status + ")");
        }
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
        return new CudaException("cuda: " + doing + ": " + call + " failed: " + reason);
    }
}
