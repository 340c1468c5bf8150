package dev.thaw.io.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.layer.Input;
import dev.thaw.layer.core.Dense;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What saves or loads on a thread that is interrupted says so, and does it when it is not. */
class InterruptedFilesTest {
    @TempDir private Path folder;

    @AfterEach
    void clear() {
        Thread.interrupted();
    }

    private static Model model() {
        return new Sequential(Input.of(2), new Dense(1));
    }

    private static void refused(Runnable work, Path file) {
        Thread.currentThread().interrupt();
        assertThatThrownBy(work::run)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageEndingWith("the thread was interrupted; do it again");
        assertThat(Thread.interrupted()).as("the interrupt flag").isTrue();
        work.run();
    }

    @Test
    void savingSaysSoAndLeavesTheOldFile() throws Exception {
        try (Model m = model()) {
            for (String name : new String[] {"m.keras", "m.weights.h5"}) {
                Path file = folder.resolve(name);
                Files.writeString(file, "old");
                Runnable save =
                        name.endsWith("keras")
                                ? () -> KerasFiles.save(m, file)
                                : () -> KerasFiles.saveWeights(m, file);
                Thread.currentThread().interrupt();
                assertThatThrownBy(save::run).isInstanceOf(UncheckedIOException.class);
                Thread.interrupted();
                assertThat(file).hasContent("old");
                refused(save, file);
                try (var files = Files.list(folder)) {
                    assertThat(files).allMatch(f -> !f.toString().endsWith(".thaw-tmp"));
                }
            }
        }
    }

    @Test
    void loadingSaysSo() {
        Path file = folder.resolve("m.keras");
        Path weights = folder.resolve("m.weights.h5");
        try (Model m = model()) {
            KerasFiles.save(m, file);
            KerasFiles.saveWeights(m, weights);
            refused(() -> KerasFiles.load(file).close(), file);
            refused(() -> KerasFiles.loadWeights(m, file), file);
            refused(() -> KerasFiles.loadWeights(m, weights), weights);
        }
    }
}
