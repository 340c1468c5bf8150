package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.BackendProvider;
import dev.thaw.backend.spi.BackendUnavailableException;

/** Offers the CPU to {@link java.util.ServiceLoader}. */
public final class CpuProvider implements BackendProvider {
    @Override
    public String kind() {
        return "cpu";
    }

    @Override
    public int preference() {
        return 0;
    }

    @Override
    public Backend open(int index) {
        if (index != 0) {
            throw new BackendUnavailableException(
                    "device: there is one cpu, 'cpu', got index " + index, null);
        }
        Workers.checkProperty();
        CpuMemory.checkProperty();
        JavaCpp.setUp();
        return new CpuBackend();
    }
}
