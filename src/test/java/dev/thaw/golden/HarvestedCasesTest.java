package dev.thaw.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Device;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Thaw answers as Keras does what Keras's own tests ask: a part of the cases of {@code
 * src/test/python/harvest.py}; {@link HarvestedCases} plays them all.
 */
class HarvestedCasesTest {
    private static final List<String> GROUPS =
            List.of(
                    "layers",
                    "masks",
                    "entrance",
                    "optimizers",
                    "models",
                    "losses",
                    "metrics",
                    "schedules");

    static List<HarvestedCase> cases() throws IOException {
        List<HarvestedCase> all = new ArrayList<>();
        for (String group : GROUPS) {
            String file = "harvest/%s.jsonl.gz".formatted(group);
            try (InputStream in = HarvestedCasesTest.class.getResourceAsStream(file)) {
                all.addAll(HarvestedCases.read(in));
            }
        }
        return all;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void onTheCpu(HarvestedCase c) {
        c.play(Device.cpu().open(), HarvestedCase.BOTH_SIDES);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void onTheReference(HarvestedCase c) {
        c.play(new ReferenceBackend(), HarvestedCase.ONE_SIDE);
    }

    @Test
    void manyAreAsked() throws IOException {
        assertThat(cases()).hasSizeGreaterThan(300);
    }
}
