package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.BackendUnavailableException;
import dev.thaw.backend.spi.Device;

import org.junit.jupiter.api.Assumptions;

import java.util.concurrent.atomic.AtomicBoolean;

/** The GPU for tests: a real one or the simulator; where there is neither, tests are skipped. */
public final class CudaDevice {
    private static final AtomicBoolean SAID = new AtomicBoolean();

    private CudaDevice() {}

    /** The opened device, or an aborted test. */
    public static Backend open() {
        try {
            return Device.cuda(0).open();
        } catch (BackendUnavailableException e) {
            if (SAID.compareAndSet(false, true)) {
                System.err.println("The tests of the CUDA backend are skipped: " + e.getMessage());
            }
            return Assumptions.abort(e.getMessage());
        }
    }
}
