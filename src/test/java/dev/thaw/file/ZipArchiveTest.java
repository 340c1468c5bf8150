package dev.thaw.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.ZipInputStream;

/** Archives by Python, by the JDK and by hand. */
class ZipArchiveTest {
    private static final byte[] TEXT = "some text, some text".getBytes(StandardCharsets.UTF_8);
    private static final int LIMIT = 1 << 20;

    private static ZipArchive open(byte[] zip) {
        return ZipArchive.open(ByteSource.of(zip, "x.zip"));
    }

    private static void refused(ThrowingCallable what, String rule) {
        assertThatThrownBy(what)
                .isInstanceOf(FileFormatException.class)
                .hasMessageStartingWith("x.zip")
                .hasMessageContaining(rule);
    }

    /** An archive of one entry, about which the directory says something else. */
    private static void refused(UnaryOperator<ZipBytes.Claim> lie, boolean deflate, String rule) {
        ZipBytes b = new ZipBytes();
        byte[] zip = b.claim(lie.apply(b.data("a", TEXT, deflate))).end("");
        refused(() -> open(zip).bytes("a", LIMIT), rule);
        refused(() -> open(zip).open("a"), rule);
    }

    @Test
    void readsStoredAndDeflatedEntries() {
        for (boolean deflate : new boolean[] {false, true}) {
            ZipBytes b = new ZipBytes();
            b.claim(b.data("folder/", new byte[0], false));
            b.claim(b.data("folder/größer.txt", TEXT, deflate));
            b.claim(b.data("none", new byte[0], deflate));
            byte[] zip = b.end("a comment");
            try (ZipArchive z = open(zip)) {
                assertThat(z.names()).containsExactly("folder/", "folder/größer.txt", "none");
                assertThat(z.has("none")).isTrue();
                assertThat(z.has("other")).isFalse();
                assertThat(z.bytes("folder/größer.txt", TEXT.length)).isEqualTo(TEXT);
                assertThat(z.bytes("none", 0)).isEmpty();
                ByteSource s = z.open("folder/größer.txt");
                assertThat(s.read(5, 4)).isEqualTo("text".getBytes(StandardCharsets.UTF_8));
                assertThat(s.name()).isEqualTo("x.zip!folder/größer.txt");
                refused(() -> s.read(5, 100), "needs 100 bytes");
                refused(() -> z.bytes("folder/größer.txt", TEXT.length - 1), "at most 19 bytes");
                refused(() -> z.bytes("other", 9), "must have the entry other, it has folder/, ");
            }
        }
    }

    @Test
    void readsZip64() {
        ZipBytes b = new ZipBytes();
        byte[] zip = b.claim(b.data("a", TEXT, false), true).end64();
        assertThat(open(zip).bytes("a", LIMIT)).isEqualTo(TEXT);
    }

    @Test
    void refusesLiesOfTheDirectory() {
        refused(c -> c.withCrc(c.crc() ^ 1), false, "a: its checksum must be");
        refused(c -> c.withCrc(c.crc() ^ 1), true, "a: its checksum must be");
        refused(c -> c.withSize(c.size() + 1), false, "must have one size");
        refused(c -> c.withSize(c.size() + 1), true, "must inflate to 21 bytes");
        refused(c -> c.withSize(c.size() - 1), true, "must inflate to 19 bytes");
        refused(c -> c.withSize(0), true, "must inflate to 0 bytes");
        refused(c -> c.withPacked(c.packed() - 1), true, "must inflate to 20 bytes");
        refused(c -> c.withPacked(1 << 20), true, "must end within the file");
        refused(c -> c.withSize(1L << 40), true, "at most");
        refused(c -> c.withSize(100L << 20), true, "at most");
        refused(c -> c.withPacked(-5), true, "must end within the file");
        refused(c -> c.withOffset(1 << 20), false, "the file ends at");
        refused(c -> c.withOffset(-1), false, "the file ends at");
        refused(c -> c.withOffset(1), false, "its own header must agree");
        refused(c -> c.withMethod(8), false, "its own header must agree");
        refused(c -> c.withMethod(12), false, "must be stored or deflated, got method 12");
        refused(c -> c.withFlags(1), false, "encrypted");
        refused(c -> c.withName("b"), false, "its own header has another name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../up", "a/../../b", "/root", "C:\\x", "\\x", "a\\..\\b", "line\nfeed", ""})
    void refusesNamesThatLeadElsewhere(String name) {
        ZipBytes b = new ZipBytes();
        byte[] zip = b.claim(b.data(name, TEXT, false)).end("");
        refused(() -> open(zip), "an entry");
    }

    @Test
    void refusesTwoEntriesOfOneNameOrOverTheSameBytes() {
        ZipBytes twice = new ZipBytes();
        byte[] same =
                twice.claim(twice.data("a", TEXT, false))
                        .claim(twice.data("a", TEXT, false))
                        .end("");
        refused(() -> open(same), "two entries of one name");
        ZipBytes over = new ZipBytes();
        ZipBytes.Claim outer = over.data("a", new byte[1000], false);
        byte[] overlapping = over.claim(outer).claim(over.data("b", TEXT, false)).end("");
        assertThat(open(overlapping).names()).hasSize(2);
        ZipBytes inside = new ZipBytes();
        ZipBytes.Claim a = inside.data("a", TEXT, false);
        ZipBytes.Claim c = inside.data("b", TEXT, false);
        long reaching = a.packed() + c.packed() + 31;
        byte[] kernel = inside.claim(a.withPacked(reaching).withSize(reaching)).claim(c).end("");
        refused(() -> open(kernel), "must not overlap");
    }

    @Test
    void bombsDoNotGoOff() {
        ZipBytes b = new ZipBytes();
        byte[] zeros = new byte[80 << 20];
        byte[] zip = b.claim(b.data("a", zeros, true)).end("");
        assertThat(zip.length).isLessThan(100_000);
        refused(() -> open(zip).open("a"), "may inflate to at most");
        ZipBytes modest = new ZipBytes();
        ZipBytes.Claim honest = modest.data("a", zeros, true);
        byte[] lying = modest.claim(honest.withSize(1 << 20)).end("");
        refused(() -> open(lying).open("a"), "must inflate to 1048576 bytes");
    }

    @Test
    void manyEntriesAreRefused() {
        ZipBytes b = new ZipBytes();
        for (int i = 0; i <= 10_000; i++) {
            b.claim(b.data("e" + i, new byte[0], false));
        }
        byte[] zip = b.end("");
        refused(() -> open(zip), "10000 entries");
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] zip = FileFixtures.bytes("deflated.keras");
        for (int n = 0; n < zip.length; n++) {
            byte[] cut = java.util.Arrays.copyOf(zip, n);
            refused(() -> open(cut), "");
        }
    }

    @Test
    void writesStoredEntriesInOrderThatTheJdkReads() throws IOException {
        ZipBuilder b = new ZipBuilder().entry("metadata.json", TEXT);
        b.entry("config.json", new byte[0]);
        b.entry("model.weights.h5", out -> out.write(new byte[100_000]));
        assertThatThrownBy(() -> b.entry("config.json", TEXT)).hasMessageContaining("already");
        byte[] zip = bytes(b);
        assertThat(bytes(b)).isEqualTo(zip);
        List<String> names = new ArrayList<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (var e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
                names.add(e.getName() + " " + e.getMethod() + " " + in.readAllBytes().length);
            }
        }
        assertThat(names)
                .containsExactly(
                        "metadata.json 0 20", "config.json 0 0", "model.weights.h5 0 100000");
        try (ZipArchive z = open(zip)) {
            assertThat(z.bytes("model.weights.h5", LIMIT)).isEqualTo(new byte[100_000]);
        }
    }

    private static byte[] bytes(Body body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        body.writeTo(out);
        return out.toByteArray();
    }
}
