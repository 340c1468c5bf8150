package dev.thaw.backend.cuda;

/**
 * cuDNN answered a call with something else than success. While an op is prepared or bound that is
 * a refusal, and kernels of our own take over: see {@link OrOwn}.
 */
final class CudnnException extends CudaException {
    private static final long serialVersionUID = 1;

    private final String answer;

    /**
     * @param answer which call said what
     */
    CudnnException(String doing, String answer) {
        super("cuda: " + doing + ": " + answer);
        this.answer = answer;
    }

    String answer() {
        return answer;
    }
}
