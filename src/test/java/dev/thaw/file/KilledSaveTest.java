package dev.thaw.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.io.hdf5.Hdf5Builder;
import dev.thaw.io.hdf5.Hdf5File;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process that saves one file over and over is killed without warning (SIGKILL), many times: the
 * file is always whole, one of the versions that were saved.
 */
class KilledSaveTest {
    private static final int KILLS = 50;

    /** Of them, those that must have hit a save, else the test proves nothing. */
    private static final int LEAST_HITS = 5;

    private static final int VALUES = 500_000;
    private static final int LONGEST_DELAY_MS = 60;
    private static final String READY = "ready";

    @TempDir private Path folder;

    @Test
    void theTargetIsTheOldOrTheNewAlways() throws Exception {
        Path target = folder.resolve("model.keras");
        save(target, -1);
        Random random = new Random(20);
        int hits = 0;
        float last = -1;
        for (int kill = 0; kill < KILLS; kill++) {
            killWhileSaving(target, kill, random.nextInt(LONGEST_DELAY_MS));
            float value = read(target);
            assertThat(value).as("kill " + kill).isIn((float) 2 * kill, (float) 2 * kill + 1);
            assertThat(value).isNotEqualTo(last);
            last = value;
            List<String> leftovers = leftovers();
            assertThat(leftovers).hasSizeLessThanOrEqualTo(1);
            assertThat(leftovers)
                    .allMatch(n -> n.matches("\\.model\\.keras\\.[0-9a-f]{16}\\.thaw-tmp"));
            hits += leftovers.size();
        }
        assertThat(hits).as("kills in the middle of a save").isGreaterThanOrEqualTo(LEAST_HITS);
        save(target, 1000);
        assertThat(read(target)).isEqualTo(1000);
        assertThat(leftovers()).isEmpty();
    }

    private void killWhileSaving(Path target, int round, int delay) throws Exception {
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
                                KilledSaveTest.class.getName(),
                                target.toString(),
                                Integer.toString(2 * round))
                        .redirectErrorStream(true)
                        .start();
        try (BufferedReader out = p.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo(READY);
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
            assertThat(Arrays.equals(values, whole)).as("values that are all " + value).isTrue();
            return value;
        }
    }

    private List<String> leftovers() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(p -> p.getFileName().toString())
                    .filter(n -> !n.equals("model.keras"))
                    .toList();
        }
    }
}
