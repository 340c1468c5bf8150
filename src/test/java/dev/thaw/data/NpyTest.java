package dev.thaw.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.file.ByteSource;
import dev.thaw.file.FileFixtures;
import dev.thaw.file.FileFormatException;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Arrays by NumPy, and arrays for it. */
class NpyTest {
    static List<String> files() {
        return FileFixtures.contents().keySet().stream().filter(n -> n.contains(".np")).toList();
    }

    @ParameterizedTest
    @MethodSource("files")
    void readsWhatNumpyReads(String name) {
        Path file = FileFixtures.path(name);
        Map<String, Tensor> arrays =
                name.endsWith("z") ? Npz.read(file) : Map.of("array", Npy.read(file));
        List<String> facts = new ArrayList<>();
        arrays.forEach((n, t) -> facts.add(FileFixtures.fact(n, t)));
        assertThat(facts).containsExactlyElementsOf(FileFixtures.contents().get(name));
    }

    @Test
    void readsBackAsItWas(@TempDir Path folder) {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put("x", Tensor.of(new float[] {1, Float.NaN, -0f, 4, 5, 6}, 1, 2, 3));
        arrays.put("labels", Tensor.of(new int[] {1, -2}, 2));
        arrays.put("step", Tensor.scalar(1L << 40));
        arrays.put("none", Tensor.of(new float[0], Shape.of(3, 0)));
        Path file = folder.resolve("all.npz");
        Npz.write(file, arrays);
        Map<String, Tensor> read = Npz.read(file);
        assertThat(read.keySet()).containsExactlyElementsOf(arrays.keySet());
        arrays.forEach((n, t) -> assertThat(read.get(n).bitEquals(t)).as(n).isTrue());
        Path one = folder.resolve("one.npy");
        Npy.write(one, arrays.get("x"));
        assertThat(Npy.read(one).bitEquals(arrays.get("x"))).isTrue();
    }

    @Test
    void writesTheBytesThatNumpyWrites() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Npy.write(out, Npy.read(FileFixtures.path("version1.npy")));
        assertThat(out.toByteArray()).isEqualTo(FileFixtures.bytes("version1.npy"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
                "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
                "{'descr': '<f3', 'fortran_order': False, 'shape': (2,), }",
                "{'descr': '<U2', 'fortran_order': False, 'shape': (1,), }",
                "{'descr': [('a', '<f4'), ('b', '<f4')], 'fortran_order': False, 'shape': (1,), }",
                "{'descr': '<f4', 'shape': (2,), }",
                "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
                "{'descr': '<f4', 'fortran_order': maybe, 'shape': (2,), }",
                "'descr': '<f4', 'fortran_order': False, 'shape': (2,)",
                ""
            })
    void refusesHeadersThatDoNotDescribeTheValues(String header) {
        byte[] text = header.getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream b = new ByteArrayOutputStream();
        b.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        b.writeBytes(new byte[] {(byte) text.length, 0});
        b.writeBytes(text);
        b.writeBytes(new byte[8]);
        assertThatThrownBy(() -> Npy.read(ByteSource.of(b.toByteArray(), "x.npy")))
                .isInstanceOf(FileFormatException.class)
                .hasMessageStartingWith("x.npy: ");
    }

    @Test
    void refusesOtherFiles() {
        assertThatThrownBy(() -> Npy.read(FileFixtures.path("old.h5")))
                .hasMessageContaining("is not a .npy file");
        assertThatThrownBy(() -> Npz.read(FileFixtures.path("stored.keras")))
                .hasMessageContaining("metadata.json: an .npz archive must hold .npy arrays");
    }
}
