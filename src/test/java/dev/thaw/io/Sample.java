package dev.thaw.io;

import dev.thaw.data.Npy;
import dev.thaw.data.Npz;
import dev.thaw.file.ByteSource;
import dev.thaw.file.FileFixtures;
import dev.thaw.file.FileFormatException;
import dev.thaw.file.ZipArchive;
import dev.thaw.file.ZipBuilder;
import dev.thaw.io.hdf5.Hdf5Dataset;
import dev.thaw.io.hdf5.Hdf5File;
import dev.thaw.io.hdf5.Hdf5Group;
import dev.thaw.io.hdf5.Hdf5Node;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Weight;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * A sound file, a way to spoil it, and a way to read it.
 *
 * @param file the fixture
 * @param spoiler what is damaged
 * @param reader how it is read: all that it has, as text
 */
record Sample(String file, Spoiler spoiler, Reader reader) {
    private static final int LIMIT = 1 << 24;

    /** Reads a file, or throws. */
    interface Reader {
        List<String> read(Path file);
    }

    /** What is damaged. */
    enum Spoiler {
        /** The file, which has no checksum, or not everywhere. */
        FILE {
            @Override
            byte[] spoil(byte[] sound, Random r) {
                return Damage.of(sound, r);
            }
        },
        /** An archive: what loads in spite of it must be as it was. */
        GUARDED {
            @Override
            byte[] spoil(byte[] sound, Random r) {
                return Damage.of(sound, r);
            }
        },
        /** The weights in an archive with right checksums, as malice would have it. */
        WEIGHTS {
            @Override
            byte[] spoil(byte[] sound, Random r) {
                return archive(sound, b -> b, b -> Damage.of(b, r));
            }
        },
        /** The configuration in an archive with right checksums. */
        CONFIG {
            @Override
            byte[] spoil(byte[] sound, Random r) {
                return archive(sound, b -> DamagedText.of(b, r), b -> b);
            }
        };

        abstract byte[] spoil(byte[] sound, Random r);
    }

    private interface Change {
        byte[] apply(byte[] b);
    }

    private static byte[] archive(byte[] sound, Change config, Change weights) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipArchive zip = ZipArchive.open(ByteSource.of(sound, "sound"))) {
            new ZipBuilder()
                    .entry("config.json", config.apply(zip.bytes("config.json", LIMIT)))
                    .entry("model.weights.h5", weights.apply(zip.bytes("model.weights.h5", LIMIT)))
                    .writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static List<Sample> containers() {
        List<Sample> all = new ArrayList<>();
        all.add(new Sample("stored.keras", Spoiler.GUARDED, Sample::archive));
        all.add(new Sample("deflated.keras", Spoiler.GUARDED, Sample::archive));
        all.add(new Sample("stored.keras", Spoiler.WEIGHTS, Sample::archive));
        for (String h5 :
                List.of("legacy", "old", "newer", "newest", "dense", "split", "bfloat16.weights")) {
            all.add(new Sample(h5 + ".h5", Spoiler.FILE, Sample::hdf5));
        }
        all.add(new Sample("version1.npy", Spoiler.FILE, Sample::npy));
        all.add(new Sample("stored.npz", Spoiler.GUARDED, Sample::npz));
        all.add(new Sample("deflated.npz", Spoiler.GUARDED, Sample::npz));
        return all;
    }

    static List<Sample> models() {
        return List.of(
                new Sample("stored.keras", Spoiler.GUARDED, Sample::model),
                new Sample("deflated.keras", Spoiler.GUARDED, Sample::model),
                new Sample("stored.keras", Spoiler.WEIGHTS, Sample::model),
                new Sample("stored.keras", Spoiler.CONFIG, Sample::model),
                new Sample("stored.keras", Spoiler.CONFIG, Sample::model),
                new Sample("legacy.h5", Spoiler.FILE, Sample::model));
    }

    private static List<String> model(Path file) {
        try (Model m = KerasFiles.load(file)) {
            List<String> facts = new ArrayList<>();
            facts.add(m.summary());
            for (Weight w : m.weights()) {
                String name = w.layer().name() + "/" + w.variable().name();
                facts.add(FileFixtures.fact(name, w.variable().value()));
            }
            return facts;
        }
    }

    private static List<String> npy(Path file) {
        return List.of(FileFixtures.fact("array", Npy.read(file)));
    }

    private static List<String> npz(Path file) {
        List<String> facts = new ArrayList<>();
        for (Map.Entry<String, Tensor> e : Npz.read(file).entrySet()) {
            facts.add(FileFixtures.fact(e.getKey(), e.getValue()));
        }
        return facts;
    }

    private static List<String> archive(Path file) {
        List<String> facts = new ArrayList<>();
        try (ZipArchive zip = ZipArchive.open(file)) {
            facts.add(new String(zip.bytes("config.json", LIMIT), StandardCharsets.UTF_8));
            try (Hdf5File f = Hdf5File.open(zip.open("model.weights.h5"))) {
                facts(f.root(), facts);
            }
        }
        return facts;
    }

    static List<String> hdf5(Path file) {
        List<String> facts = new ArrayList<>();
        try (Hdf5File f = Hdf5File.open(file)) {
            facts(f.root(), facts);
        }
        return facts;
    }

    private static void facts(Hdf5Node node, List<String> facts) {
        for (String name : node.attributes().names()) {
            facts.add(node.path() + " " + name + " " + attribute(node, name));
        }
        if (node instanceof Hdf5Dataset d) {
            facts.add(FileFixtures.fact(d.path(), d.read()));
        } else if (node instanceof Hdf5Group g) {
            facts.add("group " + g.path());
            g.children().values().forEach(c -> facts(c, facts));
        }
    }

    private static String attribute(Hdf5Node node, String name) {
        try {
            return node.attributes().strings(name).toString();
        } catch (FileFormatException e) {
            return Double.toString(node.attributes().number(name));
        }
    }

    @Override
    public String toString() {
        return file + " (" + spoiler.name().toLowerCase(Locale.ROOT) + ")";
    }
}
