package dev.thaw.backend.cuda;

import java.util.function.Function;

/**
 * Measures convolution algorithms where a setting asks for it: cuDNN runs each of them on memory of
 * its own, while the op is prepared.
 */
final class CudnnFind {
    /**
     * Set to {@code find}, this system property makes plans choose convolutions' algorithms by
     * running them, which takes time at each new shape; else cuDNN guesses.
     */
    static final String PROPERTY = "thaw.cuda.convolution";

    /** What cuDNN may use while it measures. */
    private static final long SCRATCH = 256L << 20;

    private CudnnFind() {}

    /** What the system property says. */
    static boolean read() {
        String wish = System.getProperty(PROPERTY, "guess").strip();
        if (!wish.equals("guess") && !wish.equals("find")) {
            throw new IllegalArgumentException(
                    "%s: must be guess or find, got '%s'".formatted(PROPERTY, wish));
        }
        return wish.equals("find");
    }

    /** Where the tensors and cuDNN's own memory lie while it measures. */
    record Room(
            DeviceAddress x, DeviceAddress w, DeviceAddress y, DeviceAddress scratch, long bytes) {}

    /** Runs this with room for tensors of these sizes; all of it is given back. */
    static int measure(Engine engine, long x, long w, long y, Function<Room, Integer> call) {
        try (CudaBuffer images = engine.memory().allocate(x, "measuring a convolution");
                CudaBuffer filters = engine.memory().allocate(w, "measuring a convolution");
                CudaBuffer results = engine.memory().allocate(y, "measuring a convolution");
                CudaBuffer scratch =
                        engine.memory().allocate(scratch(engine), "measuring a convolution")) {
            return call.apply(
                    new Room(
                            images.address(),
                            filters.address(),
                            results.address(),
                            scratch.address(),
                            scratch.bytes()));
        }
    }

    /** Most that is free, of a small GPU less. */
    private static long scratch(Engine engine) {
        return Math.max(1, Math.min(SCRATCH, engine.gpu().memory()[0] / 2));
    }
}
