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

    /**
     * Runs this with room for tensors of these sizes, which is then given back.
     *
     * @return what the call gives; null where the GPU has no room
     */
    static <T> T measure(Engine engine, long x, long w, long y, Function<Room, T> call) {
        long filters = DeviceAddress.aligned(x);
        long results = filters + DeviceAddress.aligned(w);
        long tensors = results + DeviceAddress.aligned(y);
        try (CudaBuffer all = engine.memory().borrow(tensors);
                CudaBuffer scratch = all == null ? null : engine.memory().borrow(scratch(engine))) {
            return scratch == null
                    ? null
                    : call.apply(
                            new Room(
                                    all.address(),
                                    all.address().plus(filters),
                                    all.address().plus(results),
                                    scratch.address(),
                                    scratch.bytes()));
        }
    }

    /** Most that is free, of a small GPU less. */
    private static long scratch(Engine engine) {
        return Math.max(1, Math.min(SCRATCH, engine.gpu().memory()[0] / 2));
    }
}
