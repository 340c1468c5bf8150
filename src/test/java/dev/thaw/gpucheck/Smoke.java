package dev.thaw.gpucheck;

import dev.thaw.backend.cuda.KernelImages;
import dev.thaw.backend.cuda.Settings;
import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;
import dev.thaw.layer.Input;
import dev.thaw.layer.Mode;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.Weight;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.activation.ReLU;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.pooling.MaxPooling2D;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.Tensor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The first look at a GPU: where the libraries came from, whether the kernels' machine code loads
 * and NVRTC compiles, whether a recorded step does what the same step does op by op, and what runs
 * each convolution of two networks. Arguments: {@code quick} for small images, and the names of the
 * kernels' files.
 */
public final class Smoke {
    private static final int STEPS = 5; // op by op, recorded, and three replays
    private static final String[] NETWORKS = {"MobileNetV2", "ResNet-50"};

    private final List<String> failures = new ArrayList<>();
    private final ByteArrayOutputStream complaints = new ByteArrayOutputStream();
    private final boolean cuda;
    private final boolean quick;

    private Smoke(boolean quick, boolean cuda) {
        this.quick = quick;
        this.cuda = cuda;
    }

    /**
     * Prints what was found; the last line is the verdict, and the exit status is 1 for a bad one.
     */
    public static void main(String[] args) {
        PrintStream error = System.err;
        Backend backend = Device.auto().open();
        System.out.println(backend.name() + ": " + backend.description().replace("; ", "\n    "));
        List<String> files = new ArrayList<>(Arrays.asList(args));
        Smoke smoke = new Smoke(files.remove("quick"), backend.name().startsWith("cuda"));
        System.setErr(new PrintStream(smoke.both(error), true, StandardCharsets.UTF_8));
        if (smoke.cuda) {
            smoke.failures.addAll(KernelImages.tryAll(files, "softmax"));
            smoke.replays();
        }
        for (String name : NETWORKS) {
            smoke.convolutions(name);
        }
        libraries();
        smoke.failures.forEach(f -> System.out.println("#### " + f));
        long warnings =
                smoke.complaints
                        .toString(StandardCharsets.UTF_8)
                        .lines()
                        .filter(l -> l.contains(" WARN "))
                        .count();
        System.out.printf(
                "smoke: %d modules, %d steps recorded and replayed, %d failures, %d warnings%n",
                files.size(), smoke.cuda ? STEPS : 0, smoke.failures.size(), warnings);
        System.exit(smoke.failures.isEmpty() ? 0 : 1);
    }

    private OutputStream both(OutputStream shown) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                shown.write(b);
                complaints.write(b);
            }
        };
    }

    private static List<List<Tensor>> steps(boolean graphs) {
        RandomSeed.set(9);
        Model model =
                new Sequential(
                        Input.of(12, 12, 3),
                        new Conv2D(8, 3),
                        new BatchNormalization(),
                        new ReLU(),
                        new MaxPooling2D(2),
                        new Flatten(),
                        new Dense(16),
                        new BatchNormalization(),
                        new Dropout(.3),
                        new Dense(Networks.CLASSES, ActivationFunction.SOFTMAX));
        List<List<Tensor>> all = new ArrayList<>();
        try (Backend backend = Settings.open(Map.of("thaw.cuda.graphs", "" + graphs));
                Model running = model.on(backend)) {
            running.compile(TrainingStep.compilation(1e-3));
            for (int i = 0; i < STEPS; i++) {
                running.trainOnBatch(TrainingStep.data(16, 12).batch());
                all.add(
                        model.weights().stream()
                                .map(Weight::variable)
                                .map(v -> v.value())
                                .toList());
            }
        }
        return all;
    }

    /** A step in a graph against the same one op by op: every weight, bit for bit, and it moves. */
    private void replays() {
        List<List<Tensor>> eager = steps(false);
        List<List<Tensor>> recorded = steps(true);
        for (int i = 0; i < STEPS; i++) {
            for (int w = 0; w < eager.get(i).size(); w++) {
                if (!recorded.get(i).get(w).bitEquals(eager.get(i).get(w))) {
                    failures.add("step " + i + ": weight " + w + " differs in the recorded step");
                }
                if (i > 0 && recorded.get(i).get(w).bitEquals(recorded.get(i - 1).get(w))) {
                    failures.add("step " + i + ": weight " + w + " stands still");
                }
            }
        }
        if (complaints
                .toString(StandardCharsets.UTF_8)
                .contains("a CUDA graph and runs op by op")) {
            failures.add("a step could not be recorded: see the warning");
        }
    }

    /** The lines of the plans, training and inference, that compute a convolution. */
    private void convolutions(String name) {
        int batch = quick ? 2 : 32;
        try (Model model = Networks.of(name, quick ? 32 : 224)) {
            model.compile(TrainingStep.compilation());
            System.out.println("--- " + name + ", a training step, batch " + batch);
            print(model.trainingPlan(batch));
            System.out.println("--- " + name + ", inference, batch " + batch);
            print(model.plan(Mode.INFERENCE, batch));
        } catch (RuntimeException e) {
            failures.add(name + ": " + e);
        }
    }

    private static void print(String plan) {
        plan.lines()
                .filter(l -> l.startsWith("plan ") || l.contains("Convolution"))
                .map(l -> l.replaceAll(" +", " "))
                .forEach(System.out::println);
        System.out.println(
                plan.lines().filter(l -> l.contains("our own loops")).count()
                        + " by our own loops");
    }

    /** What the process really has, also of what the libraries load themselves. */
    private static void libraries() {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            maps.map(l -> l.replaceAll("^[^/]*", ""))
                    .filter(
                            l ->
                                    l.matches(
                                            ".*/lib(cuda|cublas|cudnn|nvrtc|JCu|JNv|jnidnnl|dnnl).*"))
                    .distinct()
                    .forEach(l -> System.out.println("loaded " + l));
        } catch (IOException e) {
            System.out.println("no /proc/self/maps: " + e);
        }
    }
}
