package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.BackendUnavailableException;
import dev.thaw.backend.spi.Device;
import dev.thaw.sim.Simulator;

/** The GPU for tests: a real one, else the simulator; where there is neither, tests are skipped. */
public final class CudaDevice {
    private CudaDevice() {}

    /** The opened device, or an aborted test. */
    public static Backend open() {
        if (System.getProperty("thaw.cuda.batchnorm") == null) {
            System.setProperty("thaw.cuda.batchnorm", "own"); // a trial per shape tests nothing
        }
        try {
            return Device.cuda(0).open();
        } catch (BackendUnavailableException e) {
            Simulator.require();
            return Device.cuda(0).open();
        }
    }
}
