package dev.thaw.io;

import dev.thaw.data.Npz;
import dev.thaw.file.FileFixtures;
import dev.thaw.file.FileFormatException;
import dev.thaw.file.ZipArchive;
import dev.thaw.file.ZipBuilder;
import dev.thaw.io.hdf5.Hdf5Dataset;
import dev.thaw.io.hdf5.Hdf5File;
import dev.thaw.io.hdf5.Hdf5Group;
import dev.thaw.io.hdf5.Hdf5Node;
import dev.thaw.tensor.Tensor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A process of its own, with a small heap, that reads damaged files one after the other. Each must
 * end in a typed error or a right load; what a checksum guards must load as it was, or not at all.
 */
public final class DamagedFiles {
    private static final List<String> NAMES =
            List.of(
                    "stored.keras",
                    "deflated.keras",
                    "rezipped.keras",
                    "legacy.h5",
                    "old.h5",
                    "newer.h5",
                    "newest.h5",
                    "dense.h5",
                    "split.h5",
                    "bfloat16.weights.h5",
                    "stored.npz",
                    "deflated.npz");

    private final Path file;
    private final Map<String, byte[]> sound = new TreeMap<>();
    private final Map<String, List<String>> facts = new TreeMap<>();
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private long longest;
    private String slowest = "";
    private int wrong;

    private DamagedFiles(Path folder) {
        this.file = folder.resolve("damaged");
    }

    /** Arguments: a folder for the damaged file, the first seed, the number of seeds. */
    public static void main(String[] args) throws IOException {
        DamagedFiles d = new DamagedFiles(Path.of(args[0]));
        long first = Long.parseLong(args[1]);
        long n = Long.parseLong(args[2]);
        for (String name : NAMES) {
            String source = name.equals("rezipped.keras") ? "stored.keras" : name;
            d.sound.put(name, FileFixtures.bytes(source));
            Files.write(d.file, d.sound.get(name));
            d.facts.put(name, read(name, d.file));
        }
        for (int i = 0; i < 20; i++) {
            d.one(-1 - i, false); // classes load and code warms up outside the measured time
        }
        for (long seed = first; seed < first + n; seed++) {
            d.one(seed, true);
        }
        d.outcomes.forEach((k, v) -> System.out.println(k + " " + v));
        System.out.printf(Locale.ROOT, "slowest %s%n", d.slowest);
        System.out.printf(Locale.ROOT, "longest %d ms%n", d.longest / 1_000_000);
        System.out.println("wrong " + d.wrong);
        System.exit(d.wrong == 0 ? 0 : 1);
    }

    private void one(long seed, boolean counts) throws IOException {
        String name = NAMES.get((int) Math.floorMod(seed, (long) NAMES.size()));
        byte[] bytes = sound.get(name);
        Files.write(
                file,
                name.equals("rezipped.keras") ? rezipped(bytes, seed) : Damage.of(bytes, seed));
        long start = System.nanoTime();
        String outcome = outcome(name, seed);
        long time = System.nanoTime() - start;
        if (counts) {
            outcomes.merge(outcome, 1, Integer::sum);
            if (time > longest) {
                longest = time;
                slowest = name + " seed " + seed + " " + outcome;
            }
        }
    }

    private String outcome(String name, long seed) {
        try {
            List<String> found = read(name, file);
            boolean same = found.equals(facts.get(name));
            boolean guarded = !name.endsWith(".h5") && !name.startsWith("rezipped");
            if (guarded && !same) {
                return wrong(name, seed, "not what was saved, in spite of its checksum");
            }
            return same ? "read as it was" : "read, with other contents";
        } catch (FileFormatException e) {
            boolean says = e.getMessage().startsWith(file.toString()) && !e.file().isEmpty();
            return says ? "typed error" : wrong(name, seed, "an error without a place: " + e);
        } catch (Throwable e) {
            e.printStackTrace(System.out);
            return wrong(name, seed, e.toString());
        }
    }

    private String wrong(String name, long seed, String what) {
        wrong++;
        System.out.println("WRONG " + name + " seed " + seed + ": " + what);
        return "wrong";
    }

    /** Damage behind a checksum that is right, as malice would have it. */
    private static byte[] rezipped(byte[] keras, long seed) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipArchive zip = ZipArchive.open(FileFixtures.path("stored.keras"))) {
            ZipBuilder b = new ZipBuilder();
            b.entry("config.json", zip.bytes("config.json", keras.length));
            byte[] weights = zip.bytes("model.weights.h5", keras.length);
            b.entry("model.weights.h5", Damage.of(weights, seed));
            b.writeTo(out);
        }
        return out.toByteArray();
    }

    /** All that the file has, as text. */
    private static List<String> read(String name, Path file) {
        List<String> facts = new ArrayList<>();
        if (name.endsWith(".npz")) {
            for (Map.Entry<String, Tensor> e : Npz.read(file).entrySet()) {
                facts.add(FileFixtures.fact(e.getKey(), e.getValue()));
            }
        } else if (name.endsWith(".keras")) {
            try (ZipArchive zip = ZipArchive.open(file)) {
                facts.add(new String(zip.bytes("config.json", 1 << 20)));
                try (Hdf5File f = Hdf5File.open(zip.open("model.weights.h5"))) {
                    facts(f.root(), facts);
                }
            }
        } else {
            try (Hdf5File f = Hdf5File.open(file)) {
                facts(f.root(), facts);
            }
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
}
