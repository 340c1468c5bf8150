package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.BackendUnavailableException;
import dev.thaw.backend.spi.Device;

import org.junit.jupiter.api.Assumptions;

import java.lang.reflect.InvocationTargetException;

/** The GPU for tests: a real one or the simulator; where there is neither, tests are skipped. */
public final class CudaDevice {
    private CudaDevice() {}

    /** The opened device, or an aborted test. */
    public static Backend open() {
        try {
            return Device.cuda(0).open();
        } catch (BackendUnavailableException e) {
            requireSimulator(e);
            return Device.cuda(0).open();
        }
    }

    /** By name, so that these tests compile without it; it skips the test where it cannot run. */
    private static void requireSimulator(BackendUnavailableException noGpu) {
        try {
            Class.forName("dev.thaw.sim.Simulator").getMethod("require").invoke(null);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            System.err.println("SKIPPED: the tests of the CUDA backend: " + noGpu.getMessage());
            Assumptions.abort(noGpu.getMessage());
        }
    }
}
