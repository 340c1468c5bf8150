package dev.thaw.applications;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What Keras refuses is refused, for the same reason; and so is what an application has not. */
class ApplicationRulesTest {
    /** What Keras's message says, and ours for the same rule. */
    private static final Map<String, String> REASONS =
            Map.ofEntries(
                    Map.entry("Input size must be at least", "input size must be at least"),
                    Map.entry("you should specify a static", "input_shape must be known"),
                    Map.entry("must be a tuple of three", "(height, width, channels)"),
                    Map.entry("must have 3 channels", "must have 3 channels"),
                    Map.entry("`input_shape` should be", "input_shape must be square"),
                    Map.entry("`classes` should be 1000", "classes must be 1000"),
                    Map.entry("Only `None` and `softmax`", "must be softmax or linear"),
                    Map.entry("depth multiplier must be 1", "depth_multiplier must be 1"),
                    Map.entry("alpha can be one of", "alpha must be one of"),
                    Map.entry("alpha must be one of", "alpha must be one of"),
                    Map.entry("argument `filters`", "filters must be at least 1"),
                    Map.entry("invalid value for `units`", "units must be at least 1"));

    static List<Graphs.Refusal> refused() {
        return Graphs.refused();
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatKerasRefusesIsRefusedByTheSameRule(Graphs.Refusal refused) {
        String reason =
                REASONS.entrySet().stream()
                        .filter(r -> refused.why().contains(r.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElseThrow();
        assertRefused(
                () ->
                        Application.named(refused.application())
                                .create(Graphs.options(refused.options())),
                reason);
    }

    private static void assertRefused(ThrowingCallable create, String reason) {
        assertThatIllegalArgumentException().isThrownBy(create).withMessageContaining(reason);
    }

    @Test
    void optionsOfOtherApplicationsAreRefusedByName() {
        ApplicationOptions narrow = ApplicationOptions.DEFAULT.withAlpha(.5);
        assertRefused(() -> Application.XCEPTION.create(narrow), "Xception: has no alpha");
        assertRefused(
                () -> Application.MOBILENET_V2.create(narrow.withDropout(.5)),
                "MobileNetV2: has no dropout; it takes [input_shape, ");
    }

    @Test
    void senselessOptionsAreRefusedWhereTheyAreGiven() {
        ApplicationOptions options = ApplicationOptions.DEFAULT;
        assertRefused(() -> options.withAlpha(0), "alpha");
        assertRefused(() -> options.withAlpha(Double.NaN), "alpha");
        assertRefused(() -> options.withDropout(1.5), "dropout");
        assertThat(options.withAlpha(.5).given()).hasSize(1);
        assertThat(options.given()).isEmpty();
    }

    @Test
    void applicationsAreFoundByTheNameThatKerasGivesThem() {
        assertThat(Application.named("mobilenetv2")).isEqualTo(Application.MOBILENET_V2);
        assertThat(Arrays.stream(Application.values()).map(Application::kerasName))
                .doesNotHaveDuplicates();
        assertRefused(() -> Application.named("ResNet"), "there is no application 'ResNet'");
    }
}
