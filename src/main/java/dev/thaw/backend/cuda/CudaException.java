package dev.thaw.backend.cuda;

/** A call of CUDA, cuBLAS or cuDNN failed; the message names the call, what for, and the reason. */
public class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CudaException(String message) {
        super(message);
    }
}
