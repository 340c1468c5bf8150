package dev.thaw.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class RangeTest {
    @Test
    void aNumberThatIsInComesBack() {
        assertThat(Range.NOT_NEGATIVE.check("rate", 0.5)).isEqualTo(0.5);
        assertThat(Range.atLeast(1).check("k", 1)).isEqualTo(1);
    }

    @Test
    void aNumberThatIsNotInIsRefusedByTheRulesWords() {
        assertThatThrownBy(() -> Range.NOT_NEGATIVE.check("sgd: rate", Double.POSITIVE_INFINITY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sgd: rate must be finite and at least 0, got Infinity");
        assertThatThrownBy(() -> Range.atLeast(1).check("top: k", 0))
                .hasMessage("top: k must be at least 1, got 0");
        assertThatThrownBy(() -> Range.FRACTION.check("rate", Double.NaN))
                .hasMessage("rate must be in [0, 1], got NaN");
    }
}
