package dev.thaw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.graph.Selection;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Mode;
import dev.thaw.model.Model;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The commands that look at models and machines, and the help. */
class InspectionCommandsTest {
    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void save() {
        file = SmallModels.save(SmallModels.classifier(), folder.resolve("m.keras"));
    }

    @Test
    void summaryPrintsTheTable() {
        Outcome o = Outcome.of("summary", file).fine();
        // 4 * 8 + 8, 4 * 8, 8 * 3 + 3; a half of the batch normalization's are statistics
        assertThat(o.out()).contains("hidden (Dense)", "head (Dense)", "Total params: 99");
        assertThat(o.out()).contains("Non-trainable params: 16");
        assertThat(o.err()).isEmpty();
    }

    @Test
    void explainIsWhatTheModelSays() {
        try (Model m = KerasFiles.load(file)) {
            assertThat(ascii(Outcome.of("explain", file).fine().out()))
                    .isEqualTo(ascii(m.explain(Mode.INFERENCE).toString()));
            assertThat(ascii(Outcome.of("explain", file, "--training").fine().out()))
                    .isEqualTo(ascii(m.explain(Mode.TRAINING).toString()));
        }
    }

    @Test
    void explainListsEverythingAndIsAsWideAsItIsTold() {
        String full = Outcome.of("explain", file, "--all", "--width", "60").fine().out();
        assertThat(full).contains("hidden", "any").doesNotContain("Not listed");
        assertThat(full.lines()).allMatch(l -> l.length() <= 60);
        Outcome.of("explain", file, "--width", "20").refused("--width must be at least 60");
    }

    @Test
    void explainShowsWhatFreezingAndThawingChange() {
        Outcome o =
                Outcome.of("explain", file, "--training", "--freeze", "*", "--thaw", "he*").fine();
        try (Model m = KerasFiles.load(file)) {
            var before = m.explain(Mode.TRAINING);
            m.freeze(Selection.until("head"));
            var after = m.explain(Mode.TRAINING);
            assertThat(ascii(o.out())).startsWith(ascii(after.toString()));
            assertThat(ascii(o.out())).endsWith(ascii(before.diff(after).toString()));
        }
        assertThat(o.out()).contains("What freezing and thawing changed:");
    }

    @Test
    void explainSaysWhereNothingChanges() {
        assertThat(Outcome.of("explain", file, "--thaw", "drop").fine().out())
                .contains("Freezing and thawing changed nothing.");
    }

    @Test
    void explainTellsAFlagThatNothingComesOf() {
        assertThat(Outcome.of("explain", file, "--freeze", "drop").fine().out())
                .containsPattern("drop +trainable +frozen");
    }

    @Test
    void patternsMayNameAPlace() {
        String until =
                Outcome.of("explain", file, "--training", "--freeze", "until:head").fine().out();
        String others =
                Outcome.of("explain", file, "--training", "--freeze", "*", "--thaw", "from:head")
                        .fine()
                        .out();
        assertThat(until).isEqualTo(others);
    }

    /** Tables may be drawn in plain characters; what counts is the text. */
    private static String ascii(String text) {
        return text.replaceAll("[━─=-]", "").strip();
    }

    @Test
    void tablesAreDrawnInWhatTheOutputKnows() {
        assertThat(Console.drawable("━─ab", StandardCharsets.UTF_8)).isEqualTo("━─ab");
        assertThat(Console.drawable("━─ab", StandardCharsets.US_ASCII)).isEqualTo("=-ab");
    }

    @Test
    void devicesPrintsTheCpu() {
        assertThat(Outcome.of("devices", "--device", "cpu").fine().out())
                .startsWith("cpu is ")
                .contains("oneDNN");
        assertThat(Outcome.of("devices").fine().out())
                .contains("auto is ", "cpu is ", "cuda:0 is ");
    }

    @Test
    void aDeviceThatIsNotThereFails() {
        Outcome.of("devices", "--device", "cuda:63").failed("thaw devices: ");
        Outcome.of("devices", "--device", "abacus").failed("no backend 'abacus'");
        Outcome.of("--device", "cuda:x", "devices").refused("expects auto, cpu, cuda");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "tutorial",
                "summary",
                "explain",
                "predict",
                "evaluate",
                "fit",
                "convert",
                "devices",
                "help",
                "generate-completion"
            })
    void everyCommandHasHelp(String command) {
        Outcome o = Outcome.of(command, "--help").fine();
        assertThat(o.out()).contains("Usage: thaw " + command, "--help");
        assertThat(o.out().lines()).allMatch(l -> l.length() <= 80, "at most 80 wide");
        assertThat(o.err()).isEmpty();
    }

    @Test
    void helpNamesTheCommandsAndTheExitCodes() {
        assertThat(Outcome.of("--help").fine().out())
                .contains("predict", "fit", "convert", "Exit codes:", "--device", "THAW_DEVICE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V"})
    void versionIsThatOfTheBuild(String option) {
        assertThat(Outcome.of(option).fine().out()).matches("thaw \\d+\\.\\d+\\.\\d+\\S*\\s+");
        assertThat(Outcome.of("fit", option).fine().out()).startsWith("thaw ");
    }

    @Test
    void shellsGetCompletion() {
        assertThat(Outcome.of("generate-completion").fine().out())
                .contains("_picocli_thaw_predict()");
    }

    @Test
    void wrongUsageIsRefusedWithAHint() {
        Outcome.of("sumary", file).refused("thaw: ", "Did you mean 'summary'?");
        Outcome.of("summary").refused("thaw summary: ", "FILE");
        Outcome.of("summary", file, "--color").refused("--color");
        Outcome.of("tutorial", "xception", "--weights", folder.resolve("nix.h5"))
                .failed("nix.h5: there is no such file");
        Outcome.of("tutorial", "vgg").refused("there are [mobilenet, xception]");
        Outcome.of("fit", file).refused("--x", "--y", "--output");
    }
}
