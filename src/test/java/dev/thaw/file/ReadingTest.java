package dev.thaw.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.config.Registry;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.activation.ReLU;
import dev.thaw.model.Sequential;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What goes wrong in a file has its name, and shows no control characters. */
class ReadingTest {
    @TempDir private Path folder;

    @Test
    void everyErrorGetsTheFile() {
        List<Throwable> all =
                List.of(
                        new NullPointerException(),
                        new ArithmeticException("integer overflow"),
                        new IllegalStateException("relu: is not right"),
                        new StackOverflowError(),
                        new OutOfMemoryError("Java heap space"));
        for (Throwable t : all) {
            assertThatThrownBy(() -> Reading.of("a.keras", () -> sneak(t)))
                    .isInstanceOf(FileFormatException.class)
                    .hasMessageStartingWith("a.keras: ")
                    .hasRootCause(t);
        }
        UncheckedIOException disk = new UncheckedIOException(new java.io.IOException("no answer"));
        assertThatThrownBy(() -> Reading.of("a.keras", () -> sneak(disk))).isSameAs(disk);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> Object sneak(Throwable t) throws T {
        throw (T) t;
    }

    /** A class of a user's that fails is named with the file that needs it. */
    @Test
    void soDoesWhatAUsersClassThrows() throws Exception {
        Path file = folder.resolve("own.json");
        Files.writeString(file, json("Own"));
        Registry own =
                Registry.EMPTY.withMaker(
                        Layer.class,
                        "Own",
                        r -> {
                            throw new UnsupportedOperationException("not yet");
                        });
        assertThatThrownBy(() -> KerasFiles.knowing(own).readArchitecture(file))
                .isInstanceOf(FileFormatException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining("not yet");
    }

    private static String json(String className) {
        return """
               {"class_name": "Sequential", "config": {"name": "s", "layers": [
                 {"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [null, 2]}},
                 {"class_name": "%s", "config": {"name": "l"}}]}}
               """
                .formatted(className);
    }

    /** Escape, the eight-bit form of its bracket, and a turn of the line's direction. */
    @ParameterizedTest
    @ValueSource(strings = {"\\u001b[2J", "\\u009b2J", "\\u202e", "\\u0007", "\\r"})
    void terminalsAreNotCommanded(String escape) throws Exception {
        Path file = folder.resolve("escape.json");
        Files.writeString(file, json("Evil" + escape));
        assertThatThrownBy(() -> KerasFiles.withoutCompilation().readArchitecture(file))
                .isInstanceOf(FileFormatException.class)
                .satisfies(e -> assertThat(e.getMessage()).matches("[^\\p{Cc}\\p{Cf}]*"))
                .hasMessageContaining("Evil");
    }

    @Test
    void printableTextStays() {
        assertThat(Printable.of("größer\n\tals 1 €, \r\n 日本"))
                .isEqualTo("größer\n\tals 1 €, \r\n 日本");
        assertThat(Printable.of("a\u001b[1mb\rc")).isEqualTo("a\\u001b[1mb\\u000dc");
    }

    /** The temporary beside it has a longer name, which no file system took. */
    @Test
    void namesMayBeAsLongAsTheSystemAllows() throws Exception {
        Path file = folder.resolve("é".repeat(124) + ".keras"); // 254 bytes
        for (int i = 0; i < 2; i++) {
            KerasFiles.save(new Sequential(Input.of(2), new ReLU()), file);
        }
        assertThat(KerasFiles.load(file).layers()).hasSize(2);
        try (var all = Files.list(folder)) {
            assertThat(all).containsExactly(file);
        }
    }
}
