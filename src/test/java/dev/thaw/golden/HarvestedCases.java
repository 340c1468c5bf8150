package dev.thaw.golden;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Plays all cases of a folder that {@code src/test/python/harvest.py} has written: {@code
 * HarvestedCases FOLDER [DEVICE [OUT]]}, the device {@code cpu}, {@code cuda:0} or {@code
 * reference}. With OUT each model is written there as {@code ID.keras}, which the script's {@code
 * --back} opens in Keras.
 */
public final class HarvestedCases {
    private HarvestedCases() {}

    /** The cases of a file. */
    static List<HarvestedCase> read(InputStream file) throws IOException {
        List<HarvestedCase> cases = new ArrayList<>();
        try (BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!line.isEmpty()) {
                    cases.add(new HarvestedCase(KerasCases.JSON.readTree(line)));
                }
            }
        }
        return cases;
    }

    /** The folder, the device, and where to write models. */
    public static void main(String[] args) throws IOException {
        if (args.length < 1 || args.length > 3) {
            System.err.println("usage: HarvestedCases FOLDER [DEVICE [OUT]]");
            System.exit(2);
        }
        boolean reference = args.length > 1 && args[1].equals("reference");
        Device device = args.length > 1 && !reference ? Device.parse(args[1]) : Device.cpu();
        Supplier<Backend> backend = reference ? ReferenceBackend::new : device::open;
        int sides = reference ? HarvestedCase.ONE_SIDE : HarvestedCase.BOTH_SIDES;
        Path out = args.length > 2 ? Files.createDirectories(Path.of(args[2])) : null;
        Map<String, int[]> classes = new TreeMap<>();
        for (HarvestedCase c : folder(Path.of(args[0]))) {
            int[] count = classes.computeIfAbsent(c.line().path("class").asText(), k -> new int[2]);
            count[1]++;
            try {
                byte[] written = c.play(backend.get(), sides);
                if (out != null && written.length > 0) {
                    Files.write(out.resolve(c.id() + ".keras"), written);
                }
                count[0]++;
            } catch (RuntimeException | AssertionError e) {
                System.out.println("FAILED %s: %s".formatted(c.id(), e.toString().strip()));
            }
        }
        classes.forEach(
                (name, n) -> System.out.println("%4d of %4d %s".formatted(n[0], n[1], name)));
        System.out.println(
                "%d of %d cases pass"
                        .formatted(
                                classes.values().stream().mapToInt(n -> n[0]).sum(),
                                classes.values().stream().mapToInt(n -> n[1]).sum()));
    }

    private static List<HarvestedCase> folder(Path folder) throws IOException {
        List<HarvestedCase> cases = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".jsonl.gz")).sorted().toList()) {
                cases.addAll(read(Files.newInputStream(file)));
            }
        }
        return cases;
    }
}
