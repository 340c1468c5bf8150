package dev.thaw.io.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import io.jhdf.HdfFile;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What is written, read again here and by jHDF, which shares no code with it. */
class Hdf5BuilderTest {
    private static final Tensor KERNEL = Tensor.of(new float[] {1, 2, 3, 4, 5, Float.NaN}, 2, 3);
    private static final String LONG = "{\"é\": []}".repeat(20_000);

    private static Hdf5Builder model() {
        Hdf5Builder b = new Hdf5Builder();
        b.dataset("layers/dense/vars/0", KERNEL);
        b.dataset("layers/dense/vars/1", Tensor.of(new int[] {-1, 2}, 2));
        b.dataset("/optimizer/vars/0", Tensor.scalar(1L << 40));
        b.dataset("optimizer/vars/1", Tensor.scalar(0.1f));
        b.dataset("empty", Tensor.of(new float[0], Shape.of(0, 3)));
        b.group("layers/re_lu/vars").attribute("layers/re_lu/vars", "name", "re_lu");
        b.attribute("", "model_config", LONG).attribute("", "backend", "tensorflow");
        b.attribute("", "layer_names", List.of("a", "", "größer"));
        b.attribute("layers/dense", "weight_names", List.of());
        return b;
    }

    private static byte[] bytes(Hdf5Builder b) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        b.writeTo(out);
        assertThat(b.size()).isEqualTo(out.size());
        return out.toByteArray();
    }

    @Test
    void readsBackAsItWas() throws IOException {
        try (Hdf5File f = Hdf5File.of(bytes(model()), "memory")) {
            Hdf5Group root = f.root();
            assertThat(root.dataset("layers/dense/vars/0").read().bitEquals(KERNEL)).isTrue();
            assertThat(root.dataset("layers/dense/vars/1").read().ints()).containsExactly(-1, 2);
            assertThat(root.dataset("optimizer/vars/0").read().longs()).containsExactly(1L << 40);
            assertThat(root.dataset("optimizer/vars/1").read().item()).isEqualTo(0.1f);
            assertThat(root.dataset("empty").read().shape()).isEqualTo(Shape.of(0, 3));
            assertThat(root.group("layers/re_lu/vars").children()).isEmpty();
            assertThat(root.group("layers/re_lu/vars").attributes().string("name"))
                    .isEqualTo("re_lu");
            assertThat(root.attributes().string("model_config")).isEqualTo(LONG);
            assertThat(root.attributes().strings("layer_names")).containsExactly("a", "", "größer");
            assertThat(root.group("layers/dense").attributes().strings("weight_names")).isEmpty();
        }
    }

    @Test
    void jhdfReadsIt() throws IOException {
        try (HdfFile f = HdfFile.fromBytes(bytes(model()))) {
            assertThat((float[][]) f.getDatasetByPath("layers/dense/vars/0").getData())
                    .isEqualTo(new float[][] {{1, 2, 3}, {4, 5, Float.NaN}});
            assertThat((int[]) f.getDatasetByPath("layers/dense/vars/1").getData())
                    .containsExactly(-1, 2);
            assertThat(f.getDatasetByPath("optimizer/vars/0").getData()).isEqualTo(1L << 40);
            assertThat(f.getAttribute("model_config").getData()).isEqualTo(LONG);
            assertThat((String[]) f.getAttribute("layer_names").getData())
                    .containsExactly("a", "", "größer");
        }
    }

    @Test
    void sameContentsGiveTheSameBytes() throws IOException {
        assertThat(bytes(model())).isEqualTo(bytes(model()));
    }

    @Test
    void listsTooLongForAHeaderAreSplit() throws IOException {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 9000; i++) {
            names.add("layer_" + i);
        }
        byte[] b = bytes(new Hdf5Builder().attribute("", "layer_names", names));
        try (Hdf5File f = Hdf5File.of(b, "memory")) {
            assertThat(f.root().attributes().names())
                    .containsExactly("layer_names0", "layer_names1", "layer_names2");
            assertThat(f.root().attributes().strings("layer_names")).isEqualTo(names);
        }
    }

    @Test
    void largeGroupsAndTensorsKeepTheirOrderAndValues() throws IOException {
        Hdf5Builder b = new Hdf5Builder();
        float[] large = new float[100_003];
        for (int i = 0; i < large.length; i++) {
            large[i] = i * 0.5f;
        }
        for (int i = 0; i < 3000; i++) {
            b.dataset("optimizer/vars/" + i, Tensor.scalar((long) i));
        }
        b.dataset("large", Tensor.of(large));
        try (Hdf5File f = Hdf5File.of(bytes(b), "memory")) {
            int i = 0;
            for (Hdf5Dataset d : f.root().group("optimizer/vars").datasets().values()) {
                assertThat(d.read().longs()[0]).isEqualTo(i++);
            }
            assertThat(i).isEqualTo(3000);
            assertThat(f.root().dataset("large").read().floats()).isEqualTo(large);
        }
    }

    @Test
    void refusesNamesThatAreTakenOrMissing() {
        Hdf5Builder b = model();
        assertThatThrownBy(() -> b.dataset("layers/dense/vars/0", KERNEL))
                .hasMessageContaining("is there already");
        assertThatThrownBy(() -> b.group("layers/dense/vars/0/x"))
                .hasMessageContaining("must be a group");
        assertThatThrownBy(() -> b.dataset("layers/", KERNEL)).hasMessageContaining("needs a name");
        assertThatThrownBy(() -> b.attribute("nowhere", "a", "b"))
                .hasMessageContaining("before its attributes");
    }
}
