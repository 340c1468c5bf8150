package dev.thaw.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PhiloxTest {
    /** The known answers that Random123 publishes for philox4x32-10. */
    @ParameterizedTest
    @CsvSource({
        "00000000 00000000 00000000 00000000, 00000000 00000000,"
                + " 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
        "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff,"
                + " 408f276d 41c83b0e a20bc7c6 6d5451fd",
        "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0,"
                + " d16cfe09 94fdcceb 5001e420 24126ea1"
    })
    void givesTheKnownAnswers(String counter, String key, String answer) {
        int[] c = words(counter);
        int[] k = words(key);
        int[] out = new int[4];
        Philox.block(c[0], c[1], c[2], c[3], k[0], k[1], out, 0);
        assertThat(out).isEqualTo(words(answer));
    }

    private static int[] words(String hex) {
        String[] parts = hex.split(" ");
        int[] words = new int[parts.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = Integer.parseUnsignedInt(parts[i], 16);
        }
        return words;
    }

    @Test
    void seedAndStepReachTheGeneratorWithAllTheirBits() {
        int[] named = new int[4];
        int[] plain = new int[4];
        Philox.block(0x299f31d0a4093822L, 0x0370734413198a2eL, 0x85a308d3, 0x243f6a88, named, 0);
        Philox.block(
                0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, plain, 0);
        assertThat(named).isEqualTo(plain);
    }

    @Test
    void rateZeroKeepsAndRateOneDropsEveryWord() {
        assertThat(0).isGreaterThanOrEqualTo(Philox.threshold(0));
        assertThat(-1 >>> 8).isLessThan(Philox.threshold(1));
    }

    @Test
    void normalNumbersAreFiniteForEveryWord() {
        for (int u : new int[] {0, 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            for (boolean sine : new boolean[] {false, true}) {
                assertThat(Math.abs(Philox.normal(u, 0x12345678, sine))).isLessThan(6.7);
            }
        }
    }
}
