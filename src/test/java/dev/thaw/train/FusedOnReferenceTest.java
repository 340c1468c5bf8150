package dev.thaw.train;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** In double precision, fused ops round as their separate ones. */
final class FusedOnReferenceTest extends FusedTraining {
    @Override
    Backend backend() {
        return new ReferenceBackend();
    }

    @ParameterizedTest
    @EnumSource(Hold.class)
    void changesNoBit(Hold hold) {
        requireSameBits(hold);
    }
}
