package dev.thaw.io.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

class ChecksumsTest {
    /** The values that Bob Jenkins' own driver prints (lookup3.c, driver5, initial value 0). */
    @Test
    void agreesWithItsAuthor() {
        byte[] text = "Four score and seven years ago".getBytes(StandardCharsets.US_ASCII);
        assertThat(Checksums.of(text, 0, text.length)).isEqualTo(0x17770551);
        assertThat(Checksums.of(text, 0, 0)).isEqualTo(0xDEADBEEF);
    }
}
