package dev.thaw.io.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.file.ByteSource;
import dev.thaw.file.FileFixtures;
import dev.thaw.file.FileFormatException;
import dev.thaw.file.ZipArchive;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/** Files by Keras and h5py: every group, dataset and attribute, bit for bit. */
class Hdf5FileTest {
    static List<String> files() {
        return FileFixtures.contents().keySet().stream().filter(n -> n.endsWith(".h5")).toList();
    }

    @ParameterizedTest
    @MethodSource("files")
    void readsWhatH5pyReads(String name) {
        List<String> expected = FileFixtures.contents().get(name);
        try (Hdf5File f = Hdf5File.open(FileFixtures.path(name))) {
            assertThat(facts(f)).containsExactlyInAnyOrderElementsOf(expected);
        }
        try (Hdf5File f = Hdf5File.of(FileFixtures.bytes(name), "memory")) {
            assertThat(facts(f)).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    static List<Path> refused() {
        return FileFixtures.all("refused", ".h5");
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesWhatKerasNeverWrites(Path file) {
        assertThatThrownBy(() -> facts(Hdf5File.open(file)))
                .isInstanceOf(FileFormatException.class)
                .hasMessageStartingWith(file.toString());
    }

    @Test
    void anErrorNamesThePlaceTheRuleAndTheRemedy() {
        try (Hdf5File f = Hdf5File.open(FileFixtures.path("old.h5"))) {
            assertThatThrownBy(() -> f.root().group("vars").dataset("77"))
                    .isInstanceOf(FileFormatException.class)
                    .hasMessageContaining("old.h5: /vars: must have a dataset \"77\", it has 0, 1,")
                    .hasMessageEndingWith("(give a file that was saved from the same model)");
        }
        assertThatThrownBy(() -> Hdf5File.of(new byte[100], "x.h5"))
                .hasMessageContaining("x.h5: is not an HDF5 file");
        assertThatThrownBy(() -> Hdf5File.of(new byte[0], "x.h5"))
                .isInstanceOf(FileFormatException.class);
    }

    @Test
    void numbersSortByValue() {
        try (Hdf5File f = Hdf5File.open(FileFixtures.path("old.h5"))) {
            assertThat(f.root().group("/vars").datasets().keySet())
                    .containsExactly(
                            "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "name");
        }
    }

    @Test
    void listsThatKerasSplitAreJoined() {
        try (Hdf5File f = Hdf5File.open(FileFixtures.path("split.h5"))) {
            Hdf5Attributes a = f.root().attributes();
            assertThat(a.names()).contains("layer_names0", "layer_names1");
            assertThat(a.has("layer_names")).isTrue();
            assertThat(a.has("layer")).isFalse();
            assertThat(a.strings("layer_names")).hasSize(5).doesNotHaveDuplicates();
            assertThat(f.root().group(a.strings("layer_names").get(3)).attributes().has("x"))
                    .isFalse();
        }
    }

    /** HDF5 2.0 has a type of its own for it. */
    @Test
    void readsBfloat16AsANumberToo() {
        RawHdf5 f = new RawHdf5();
        long at = f.put(new byte[] {(byte) 0x80, 0x3F, 0x20, (byte) 0xC0});
        Bytes type = new Bytes().u8(0x11).u8(0x20).u8(15).u8(0).u32(2).u16(0).u16(16);
        type.u8(7).u8(8).u8(0).u8(7).u32(127);
        long d =
                f.header(
                        RawHdf5.message(ObjectHeader.DATASPACE, RawHdf5.space(2)),
                        RawHdf5.message(ObjectHeader.DATATYPE, type),
                        RawHdf5.message(ObjectHeader.LAYOUT, RawHdf5.contiguous(at, 4)));
        try (Hdf5File h = Hdf5File.of(f.end(f.group("x", d)), "memory")) {
            assertThat(h.root().dataset("x").read().floats()).containsExactly(1, -2.5f);
        }
    }

    @Test
    void attributesAreReadAsOftenAsOneLikes() {
        try (Hdf5File f = Hdf5File.open(FileFixtures.path("legacy.h5"))) {
            String config = f.root().attributes().string("model_config");
            for (int i = 0; i < 2000; i++) {
                assertThat(f.root().attributes().string("model_config")).isEqualTo(config);
            }
        }
    }

    @Test
    void aFileInsideAnArchiveIsReadInPlace() {
        for (String name : List.of("stored.keras", "deflated.keras")) {
            try (ZipArchive zip = ZipArchive.open(FileFixtures.path(name));
                    ByteSource entry = zip.open("model.weights.h5");
                    Hdf5File f = Hdf5File.open(entry)) {
                assertThat(f.name()).endsWith(name + "!model.weights.h5");
                assertThat(f.root().groups().keySet())
                        .containsExactly("layers", "optimizer", "vars");
                assertThat(f.root().dataset("optimizer/vars/0").read().longs()).containsExactly(2);
            }
        }
    }

    private static List<String> facts(Hdf5File f) {
        List<String> facts = new ArrayList<>();
        facts(f.root(), facts);
        return facts;
    }

    private static void facts(Hdf5Node node, List<String> facts) {
        for (String name : node.attributes().names()) {
            facts.add(fact(node, name));
        }
        if (node instanceof Hdf5Dataset d) {
            facts.add(FileFixtures.fact(d.path(), d.read()));
            assertThat(d.dtype()).isEqualTo(d.read().dtype());
        } else if (node instanceof Hdf5Group g) {
            facts.add("group " + g.path());
            for (Map.Entry<String, Hdf5Node> e : g.children().entrySet()) {
                assertThat(e.getValue().name()).isEqualTo(e.getKey());
                facts(e.getValue(), facts);
            }
        }
    }

    private static String fact(Hdf5Node node, String name) {
        List<String> texts;
        try {
            texts = node.attributes().strings(name);
        } catch (FileFormatException e) {
            return "number " + node.path() + " " + name + " " + node.attributes().number(name);
        }
        CRC32 crc = new CRC32();
        texts.forEach(t -> crc.update((t + "\n").getBytes(StandardCharsets.UTF_8)));
        return String.format("text %s %s %d %d", node.path(), name, texts.size(), crc.getValue());
    }
}
