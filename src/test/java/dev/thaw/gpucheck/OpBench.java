package dev.thaw.gpucheck;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;
import dev.thaw.gpucheck.OpCases.OpCase;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Times each op on several shapes and prints a line for each: {@code op, shape, microseconds,
 * bytes, flops}, with tabs between; the first line is the device's copy bandwidth. Arguments, all
 * optional: {@code quick} (small shapes), {@code once} (two runs each and no clock, for a
 * sanitizer), {@code own} (no op of cuBLAS or cuDNN), {@code library} (only those), {@code cudnn}
 * (only those that a setting can give to cuDNN), {@code batchnorm} (of these, only those), {@code
 * goals} (only what a goal is set for, and what is like it), {@code list} (only names). The device
 * is {@link Device#auto()}.
 */
public final class OpBench {
    private static final long COPY_BYTES = 64L * 56 * 56 * 256 * Float.BYTES;

    private static final Pattern BATCHNORM = Pattern.compile("BatchNorm(Train|Infer|TrainGrad)");
    private static final Pattern CUDNN = Pattern.compile(BATCHNORM + "|Dropout|Convolution.*");

    private static final Pattern GOALS =
            Pattern.compile("BatchNorm.*|Dropout|Adam|SGD momentum|LayerNorm.*|Softmax.*|ReLU|Add");
    private static final Pattern GOAL_SHAPES =
            Pattern.compile("(64|128)x56x56x256|64x400000|32768x1024");

    private OpBench() {}

    /** Prints the lines; a case that fails is a line too. */
    public static void main(String[] args) {
        List<String> options = Arrays.asList(args);
        List<OpCase> cases =
                OpCases.of(options.contains("quick")).stream()
                        .filter(c -> !(options.contains("own") && c.library()))
                        .filter(c -> !(options.contains("library") && !c.library()))
                        .filter(c -> !options.contains("cudnn") || CUDNN.matcher(c.op()).matches())
                        .filter(
                                c ->
                                        !options.contains("batchnorm")
                                                || BATCHNORM.matcher(c.op()).matches())
                        .filter(
                                c ->
                                        !options.contains("goals")
                                                || GOALS.matcher(c.op()).matches()
                                                        && (options.contains("quick")
                                                                || GOAL_SHAPES
                                                                        .matcher(c.shape())
                                                                        .matches()))
                        .toList();
        if (options.contains("list")) {
            cases.forEach(c -> System.out.println(c.op() + "\t" + c.shape()));
            return;
        }
        Backend backend = Device.auto().open();
        System.err.println(backend.name() + ": " + backend.description());
        boolean once = options.contains("once");
        if (!once) {
            double rate = CopyBandwidth.bytesPerSecond(backend, COPY_BYTES);
            line("Copy", "device", 2.0 * COPY_BYTES / rate, 2.0 * COPY_BYTES, 0);
        }
        int failures = 0;
        for (OpCase c : cases) {
            failures += measured(backend, c, once) ? 0 : 1;
        }
        System.err.println(cases.size() + " cases, " + failures + " failed");
        System.exit(failures == 0 ? 0 : 1);
    }

    private static boolean measured(Backend backend, OpCase c, boolean once) {
        try (OpRun run = new OpRun(backend)) {
            c.body().accept(run);
            run.bind();
            if (once) {
                run.run(2);
                System.out.println(c.op() + "\t" + c.shape() + "\tran");
            } else {
                line(c.op(), c.shape(), run.seconds(), c.bytes(), c.flops());
            }
            return true;
        } catch (RuntimeException | LinkageError e) {
            System.out.println(c.op() + "\t" + c.shape() + "\tfailed");
            System.err.println(c.op() + " " + c.shape() + ": " + e);
            return false;
        }
    }

    private static void line(String op, String shape, double seconds, double bytes, double flops) {
        System.out.printf(
                Locale.ROOT, "%s\t%s\t%.3f\t%.0f\t%.0f%n", op, shape, seconds * 1e6, bytes, flops);
        System.out.flush();
    }
}
