package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Kernel;

import java.util.function.IntSupplier;

/**
 * A call of cuDNN with its arguments.
 *
 * @param name the function
 * @param doing the op with its operands
 * @param call gives cuDNN's status
 */
record CudnnCall(String name, String doing, IntSupplier call) implements Kernel {
    /**
     * Which shapes cuDNN takes, only a call tells: one is made here, and what it writes is
     * overwritten by the first launch.
     */
    static CudnnCall tried(String name, String doing, IntSupplier call) {
        CudnnCall kernel = new CudnnCall(name, doing, call);
        kernel.launch();
        return kernel;
    }

    @Override
    public void launch() {
        Status.cudnn(call.getAsInt(), name, doing);
    }
}
