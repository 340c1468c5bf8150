package dev.thaw.golden;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.thaw.backend.spi.Device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Plays a folder of cases that real Keras made, and writes what Thaw makes of them, for a checker
 * in Python to compare: {@code KerasCases CASES OUT [DEVICE]}. A case that Thaw does not support
 * yet becomes a folder with {@code unsupported.txt}.
 */
public final class KerasCases {
    /** Python writes NaN and Infinity. */
    static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

    private KerasCases() {}

    /** The folder of cases, the folder to write to, and the device: {@code cpu}, {@code cuda:0}. */
    public static void main(String[] args) throws IOException {
        if (args.length < 2 || args.length > 3) {
            System.err.println("usage: KerasCases CASES OUT [DEVICE]");
            System.exit(2);
        }
        Device device = args.length == 3 ? Device.parse(args[2]) : Device.auto();
        int done = 0;
        List<Path> cases = cases(Path.of(args[0]));
        for (Path folder : cases) {
            Path out = Path.of(args[1]).resolve(folder.getFileName());
            String problem = play(folder, out, device);
            done += problem.isEmpty() ? 1 : 0;
            System.out.println(
                    (problem.isEmpty() ? "played      " : "UNSUPPORTED ")
                            + folder.getFileName()
                            + (problem.isEmpty() ? "" : "  " + problem));
        }
        System.out.println(done + " of " + cases.size() + " cases played");
    }

    /** The folders that hold a case, in order of their names. */
    static List<Path> cases(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return new ArrayList<>(
                    all.filter(p -> Files.exists(p.resolve("case.json"))).sorted().toList());
        }
    }

    /** Plays one case; returns why it could not be, or an empty text. */
    static String play(Path folder, Path out, Device device) throws IOException {
        Files.createDirectories(out);
        JsonNode description = JSON.readTree(folder.resolve("case.json").toFile());
        try {
            new KerasCase(folder, out, device, description).play();
            Files.deleteIfExists(out.resolve("unsupported.txt"));
            return "";
        } catch (RuntimeException e) {
            String problem = e.toString();
            Files.writeString(out.resolve("unsupported.txt"), problem + "\n");
            return problem;
        }
    }
}
