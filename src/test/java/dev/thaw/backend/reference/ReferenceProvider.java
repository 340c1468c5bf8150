package dev.thaw.backend.reference;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.BackendProvider;

/**
 * Offers the reference to tests as the device {@code reference}; {@code auto} never chooses it
 * before others.
 */
public final class ReferenceProvider implements BackendProvider {
    @Override
    public String kind() {
        return "reference";
    }

    @Override
    public int preference() {
        return -1;
    }

    @Override
    public Backend open(int index) {
        return new ReferenceBackend();
    }
}
