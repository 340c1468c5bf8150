package dev.thaw.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people read: a verdict first, and nothing twice. */
class ExplanationTextTest {
    private static Model model() {
        return new Sequential(
                        Input.of(4),
                        new Dense(4).named("low"),
                        new BatchNormalization().named("bn_a"),
                        new BatchNormalization().named("bn_b"),
                        new BatchNormalization().named("bn_c"),
                        new Dropout(.25).named("drop"),
                        new Dense(1).named("head"))
                .named("net");
    }

    @Test
    void theVerdictSaysWhatIsTrainedAndWhatMoves() {
        try (Model m = model()) {
            assertThat(m.explain(Mode.TRAINING).verdict())
                    .isEqualTo(
                            "Nothing is frozen; gradients change the weights of 5 layers: low, bn_a,"
                                    + " bn_b and 2 more. 3 batch normalizations WILL move their"
                                    + " statistics: bn_a, bn_b, bn_c; drop draws random numbers.");
            m.freeze(Selection.until("head"));
            assertThat(m.explain(Mode.TRAINING).verdict())
                    .isEqualTo(
                            "4 layers are frozen; gradients change the weights of 1 layer: head."
                                    + " No moving statistics move; drop draws random numbers.");
            assertThat(m.explain(Mode.INFERENCE).verdict())
                    .isEqualTo(
                            "In inference mode nothing is trained. No moving statistics move;"
                                    + " nothing is random.");
        }
    }

    @Test
    void whatIsTheSameInEveryModeIsFoldedAway() {
        try (Model m = model()) {
            Explanation e = m.explain(Mode.TRAINING);
            assertThat(e.toText(120))
                    .contains("bn_a .. bn_c (3)", "Not listed: 2 calls", "2 change.")
                    .doesNotContain("the same in every mode  ")
                    .doesNotContain("bn_b  ");
            assertThat(e.toFullText(120))
                    .contains("low ", "head ", "bn_b ", "the same in every mode")
                    .doesNotContain("Not listed", "bn_a .. ");
        }
    }

    @Test
    void aDifferenceSaysWhatBeginsAndWhatEnds() {
        try (Model m = model()) {
            Explanation before = m.explain(Mode.TRAINING);
            m.freeze(Selection.until("head"));
            Explanation.Difference d = before.diff(m.explain(Mode.TRAINING));
            assertThat(d.verdict())
                    .isEqualTo(
                            "Now not trained: 4 layers (low, bn_a, bn_b and 1 more); not moving"
                                    + " statistics: bn_a, bn_b, bn_c.");
            assertThat(d.toText(120)).contains("Not listed: 2 calls").doesNotContain("low ");
            assertThat(d.toFullText(120)).contains("low ").doesNotContain("Not listed");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 72, 133})
    void noLineIsWiderThanTheTerminal(int width) {
        try (Model m = model()) {
            Explanation e = m.explain(Mode.TRAINING);
            assertThat(e.toText(width).lines()).allMatch(l -> l.length() <= width);
            assertThat(e.toFullText(width).lines()).allMatch(l -> l.length() <= width);
        }
    }
}
