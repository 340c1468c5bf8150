package dev.thaw.file;

import dev.thaw.campaign.Attack;
import dev.thaw.campaign.Choices;
import dev.thaw.campaign.Outcome;
import dev.thaw.io.hdf5.Hdf5Builder;
import dev.thaw.io.hdf5.Hdf5File;
import dev.thaw.tensor.Tensor;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process that saves one file over and over is killed without warning (SIGKILL): the file is
 * whole, one of the versions that were saved; at most one temporary stays, and the next save
 * removes it.
 */
public final class KilledSave implements Attack {
    private static final int VALUES = 500_000;
    private static final int LONGEST_DELAY_MS = 60;
    private static final String READY = "ready";
    private static final int OLD = -1;
    private static final int AFTER = 1_000;

    @Override
    public Outcome run(Choices random, Path folder) throws Exception {
        Path target = folder.resolve("model.keras");
        save(target, OLD);
        int round = random.nextInt(100);
        killWhileSaving(target, round, random.nextInt(LONGEST_DELAY_MS));
        float value = read(target);
        if (value != 2 * round && value != 2 * round + 1) {
            return Outcome.wrong("the file has the version %s in round %d".formatted(value, round));
        }
        List<String> left = leftovers(folder);
        if (left.size() > 1
                || !left.stream()
                        .allMatch(n -> n.matches("\\.model\\.keras\\.[0-9a-f]{16}\\.thaw-tmp"))) {
            return Outcome.wrong("these stay: " + left);
        }
        save(target, AFTER);
        return read(target) == AFTER && leftovers(folder).isEmpty()
                ? left.isEmpty() ? Outcome.FINE : Outcome.REFUSED // a save was hit
                : Outcome.wrong("the next save left " + leftovers(folder));
    }

    private static void killWhileSaving(Path target, int round, int delay) throws Exception {
        Process p =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx128m",
                                "-Xshare:auto",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path")),
                                KilledSave.class.getName(),
                                target.toString(),
                                Integer.toString(2 * round))
                        .redirectErrorStream(true)
                        .start();
        try (BufferedReader out = p.inputReader(StandardCharsets.UTF_8)) {
            String line = out.readLine();
            if (!READY.equals(line)) {
                throw new IllegalStateException("the saver says " + line);
            }
            TimeUnit.MILLISECONDS.sleep(delay);
        } finally {
            p.destroyForcibly().waitFor();
        }
    }

    /** Saves two models in turn, for ever. */
    public static void main(String[] args) {
        Path target = Path.of(args[0]);
        int value = Integer.parseInt(args[1]);
        save(target, value);
        System.out.println(READY);
        for (int i = 1; ; i++) {
            save(target, value + i % 2);
        }
    }

    private static void save(Path target, float value) {
        float[] values = new float[VALUES];
        Arrays.fill(values, value);
        Hdf5Builder weights = new Hdf5Builder().dataset("vars/0", Tensor.of(values));
        AtomicFile.write(
                target,
                new ZipBuilder()
                        .entry(
                                "config.json",
                                Float.toString(value).getBytes(StandardCharsets.UTF_8))
                        .entry("model.weights.h5", weights));
    }

    /** The value of which the whole file consists. */
    private static float read(Path target) {
        try (ZipArchive zip = ZipArchive.open(target);
                Hdf5File f = Hdf5File.open(zip.open("model.weights.h5"))) {
            float[] values = f.root().dataset("vars/0").read().floats();
            float value =
                    Float.parseFloat(
                            new String(zip.bytes("config.json", 100), StandardCharsets.UTF_8));
            float[] whole = new float[VALUES];
            Arrays.fill(whole, value);
            if (!Arrays.equals(values, whole)) {
                throw new IllegalStateException("not all values are " + value);
            }
            return value;
        }
    }

    private static List<String> leftovers(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(p -> p.getFileName().toString())
                    .filter(n -> !n.equals("model.keras"))
                    .toList();
        }
    }
}
