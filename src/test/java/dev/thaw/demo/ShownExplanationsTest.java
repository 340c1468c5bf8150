package dev.thaw.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.graph.Explanation;
import dev.thaw.layer.Mode;
import dev.thaw.model.Model;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The explanations that README and docs/tutorials.md show are those of today. */
class ShownExplanationsTest {
    private static final int WIDTH = 125;
    private static final List<String> BOTH = List.of("README.md", "docs/tutorials.md");

    private static void assertShown(List<String> pages, String text) throws IOException {
        for (String page : pages) {
            assertThat(Files.readString(Path.of(page))).contains("```\n" + text.strip() + "\n```");
        }
    }

    private static void assertShown(Model model) throws IOException {
        assertShown(BOTH, model.explain(Mode.TRAINING).toText(WIDTH));
    }

    @Test
    void mobileNetV2CalledWithoutATrainingArgument() throws IOException {
        try (Model base = MobileNetV2Tutorial.base();
                Model model = MobileNetV2Tutorial.model(base)) {
            base.freeze();
            assertShown(model);
            MobileNetV2Tutorial.thawUpper(base);
            assertShown(model);
        }
    }

    @Test
    void xceptionCalledWithTrainingFalse() throws IOException {
        try (Model base = XceptionTutorial.base();
                Model model = XceptionTutorial.model(base)) {
            base.freeze();
            assertShown(model);
            base.thaw();
            assertShown(model);
        }
    }

    @Test
    void theTwoWaysToCallABase() throws IOException {
        try (Model base = (Model) Networks.pretrained().layer("base");
                Model baked = Networks.transfer(base, Mode.INFERENCE);
                Model unset = Networks.transfer(base, null)) {
            Explanation before = baked.explain(Mode.TRAINING);
            Explanation after = unset.explain(Mode.TRAINING);
            assertShown(List.of("README.md"), before.diff(after).toText(100));
        }
    }
}
