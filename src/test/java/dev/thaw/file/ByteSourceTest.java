package dev.thaw.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

class ByteSourceTest {
    @TempDir private Path folder;

    @Test
    void filesArraysAndPartsGiveTheSameBytes() throws IOException {
        byte[] bytes = {0, 1, 2, 3, 4, 5, 6, 7};
        Path path = Files.write(folder.resolve("f"), bytes);
        try (ByteSource file = ByteSource.open(path)) {
            for (ByteSource s : new ByteSource[] {file, ByteSource.of(bytes, "array")}) {
                assertThat(s.length()).isEqualTo(8);
                assertThat(s.read(6, 2)).containsExactly(6, 7);
                assertThat(s.read(8, 0)).isEmpty();
                ByteSource part = s.part(2, 4, "part");
                assertThat(part.length()).isEqualTo(4);
                assertThat(part.read(1, 3)).containsExactly(3, 4, 5);
                assertThat(part.part(3, 1, "inner").read(0, 1)).containsExactly(5);
                assertThatThrownBy(() -> part.read(1, 4))
                        .isInstanceOf(FileFormatException.class)
                        .hasMessageStartingWith("part: byte 1: needs 4 bytes from here");
                assertThatThrownBy(() -> s.read(-1, 1)).isInstanceOf(FileFormatException.class);
                assertThatThrownBy(() -> s.read(Long.MAX_VALUE, 1))
                        .isInstanceOf(FileFormatException.class);
                assertThatThrownBy(() -> s.part(7, 2, "p")).isInstanceOf(FileFormatException.class);
                assertThatThrownBy(() -> s.part(1, Long.MAX_VALUE, "p"))
                        .isInstanceOf(FileFormatException.class);
            }
        }
    }

    @Test
    void aFileThatShrinksWhileItIsReadIsAnError() throws IOException {
        Path path = Files.write(folder.resolve("f"), new byte[100]);
        try (ByteSource file = ByteSource.open(path)) {
            Files.write(path, new byte[10]);
            assertThatThrownBy(() -> file.read(0, 100))
                    .isInstanceOf(FileFormatException.class)
                    .hasMessageContaining("byte 10: 90 more bytes are needed");
        }
    }

    @Test
    void refusesWhatIsNoFile() {
        assertThatThrownBy(() -> ByteSource.open(folder.resolve("none")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageEndingWith("none: cannot be opened: it does not exist");
        assertThatThrownBy(() -> ByteSource.open(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("must be a plain file");
    }
}
