package dev.thaw.applications;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.thaw.data.Npy;
import dev.thaw.file.FileFormatException;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Compares each application with real Keras, on files that {@code src/test/python/applications.py}
 * made: the model of {@code model.keras}, and the one that {@link Application} makes under the
 * weights of {@code weights.h5}.
 *
 * <p>The latter is saved as {@code ours.keras} for Keras to open.
 *
 * <pre>{@code
 * python src/test/python/applications.py OUT
 * mvn -q test-compile exec:java -Dexec.classpathScope=test \
 *     -Dexec.mainClass=dev.thaw.applications.KerasApplications -Dexec.args="OUT"
 * python src/test/python/applications.py --reopen OUT
 * }</pre>
 */
public final class KerasApplications {
    /** What issue 4 asks for; relative to the largest output where that is above 1. */
    static final double TOLERANCE = 1e-4;

    private KerasApplications() {}

    /** The folder of cases; ends with status 1 if one of them differs. */
    public static void main(String[] args) throws IOException {
        List<Path> cases;
        try (Stream<Path> all = Files.list(Path.of(args[0]))) {
            cases = all.filter(Files::isDirectory).sorted().toList();
        }
        System.out.printf("%-22s %-12s %-12s%n", "case", "from .keras", "from weights");
        boolean right = !cases.isEmpty();
        for (Path folder : cases) {
            right &= compare(folder);
        }
        System.out.println(right ? "all within " + TOLERANCE : "NOT all within " + TOLERANCE);
        if (!right) {
            System.exit(1);
        }
    }

    private static boolean compare(Path folder) throws IOException {
        JsonNode described = new ObjectMapper().readTree(folder.resolve("case.json").toFile());
        Tensor x = Npy.read(folder.resolve("x.npy"));
        Tensor y = Npy.read(folder.resolve("y.npy"));
        double loaded = Double.POSITIVE_INFINITY;
        try (Model model = KerasFiles.load(folder.resolve("model.keras"))) {
            loaded = difference(model.predict(x), y);
        } catch (FileFormatException e) {
            System.out.println(e.getMessage());
        }
        double made;
        try (Model model =
                Application.named(described.get("application").textValue())
                        .create(Graphs.options(described.get("options")))) {
            KerasFiles.loadWeights(model, folder.resolve("weights.h5"));
            made = difference(model.predict(x), y);
            KerasFiles.save(model, folder.resolve("ours.keras"));
        }
        boolean right = loaded <= TOLERANCE && made <= TOLERANCE;
        System.out.printf(
                Locale.ROOT,
                "%-22s %-12.2e %-12.2e %s%n",
                folder.getFileName(),
                loaded,
                made,
                right ? "" : "DIFFERS");
        return right;
    }

    /** The largest difference, relative to the largest output where that is above 1. */
    static double difference(Tensor ours, Tensor keras) {
        if (!ours.shape().equals(keras.shape())) {
            return Double.POSITIVE_INFINITY;
        }
        double largest = 1;
        double difference = 0;
        for (int i = 0; i < keras.size(); i++) {
            largest = Math.max(largest, Math.abs(keras.floats()[i]));
            double d = Math.abs((double) ours.floats()[i] - keras.floats()[i]);
            difference = d <= difference ? difference : d;
        }
        return difference / largest;
    }
}
