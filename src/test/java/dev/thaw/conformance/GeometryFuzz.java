package dev.thaw.conformance;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;
import dev.thaw.campaign.Attack;
import dev.thaw.campaign.Choices;
import dev.thaw.campaign.Outcome;
import dev.thaw.conformance.ConvolutionConformance.Geometry;
import dev.thaw.op.Pool;
import dev.thaw.op.Value;
import dev.thaw.op.Window;
import dev.thaw.tensor.Shape;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Random windows, of convolutions and pools and their gradients, on the CPU against the reference:
 * small ones, and extreme ones whose extents, strides, dilations or paddings no network has; now
 * and then one that ended the JVM once.
 */
public final class GeometryFuzz implements Attack {
    private static final int MOST_NUMBERS = 300_000;
    private static final double MOST_PRODUCTS = 3e6;
    private static final int MOST_DRAWS = 1_000;

    private static final List<OpCase> KNOWN =
            List.of(
                    convolution(
                            ConvolutionConformance.same(List.of(4_000), List.of(3), 2_048, 1), 512),
                    convolution(
                            ConvolutionConformance.valid(List.of(8), List.of(1), 13_799_077, 1),
                            64),
                    convolution(
                            new Geometry(
                                    List.of(1),
                                    new Window(
                                            List.of(1),
                                            List.of(2),
                                            List.of(2),
                                            List.of(1),
                                            List.of(5))),
                            3));

    private static OpCase convolution(Geometry g, int channels) {
        return new OpCase(
                g + " channels " + channels,
                d -> ConvolutionConformance.convolution(d, 1, g, channels, channels, 1, true));
    }

    private final Backend backend = Device.cpu().open();
    private Choices random;
    private boolean extreme;

    @Override
    public Outcome run(Choices r, Path folder) throws IOException {
        random = r;
        extreme = r.nextBoolean();
        OpCase c = r.nextInt(100) == 0 ? r.of(KNOWN) : next();
        if (c == null) {
            return Outcome.FINE;
        }
        Files.writeString(folder.resolve("window"), c.name());
        try {
            Conformance.requireAgreement(backend, c);
            return Outcome.FINE;
        } catch (AssertionError e) {
            return Outcome.wrong(c.name() + ": " + e.getMessage());
        }
    }

    /** The next case; null where a thousand had no output or were too large. */
    private OpCase next() {
        for (int i = 0; i < MOST_DRAWS; i++) {
            OpCase c = draw();
            if (c != null) {
                return c;
            }
        }
        return null;
    }

    /** A case; null where it has no output or is too large for the reference. */
    private OpCase draw() {
        int rank = random.nextInt(1, 4);
        List<List<Integer>> axes = new ArrayList<>();
        int odd = extreme ? random.nextInt(rank) : -1;
        for (int i = 0; i < rank; i++) {
            axes.add(i == odd ? oddAxis() : axis());
        }
        Window window = new Window(at(axes, 1), at(axes, 2), at(axes, 3), at(axes, 4), at(axes, 5));
        Geometry g = new Geometry(at(axes, 0), window);
        int batch = random.nextInt(1, 3);
        int groups = random.nextInt(1, 3);
        int in = channels();
        int out = channels();
        double cells = product(window.size());
        double outputs = 1;
        for (int i = 0; i < rank; i++) {
            outputs *= window.outputExtent(i, g.in().get(i));
        }
        double most = Math.max(cells * in * out * groups, batch * groups * product(g.in()) * in);
        most = Math.max(most, batch * groups * outputs * Math.max(in, out));
        if (outputs == 0
                || most > MOST_NUMBERS
                || batch * outputs * cells * in * out * groups > MOST_PRODUCTS) {
            return null;
        }
        boolean bias = random.nextBoolean();
        String name = g + " " + window.strides() + window.dilation() + " batch " + batch;
        return switch (random.nextInt(5)) {
            case 0, 1 ->
                    new OpCase(
                            "Convolution " + name + " " + in + " " + out + " groups " + groups,
                            d ->
                                    ConvolutionConformance.convolution(
                                            d, batch, g, in, out, groups, bias));
            case 2 ->
                    new OpCase(
                            "Transposed " + name + " " + in + " " + out + " groups " + groups,
                            d -> ConvolutionConformance.transposed(d, batch, g, in, out, groups));
            case 3 ->
                    new OpCase(
                            "Depthwise " + name + " " + in + " by " + groups,
                            d -> ConvolutionConformance.depthwise(d, batch, g, in, groups, bias));
            default -> {
                if (!eachSees(g)) {
                    yield null; // no layer has such a pool, and nothing would be its maximum
                }
                Shape s = Windows.shape(List.of(batch), g.in(), in);
                Pool.Function function = bias ? Pool.Function.MAX : Pool.Function.AVERAGE;
                yield new OpCase(
                        function + " " + name + " " + in,
                        d -> PoolConformance.pool(d, function, g, images(d, function, s)));
            }
        };
    }

    private static Value images(Draft d, Pool.Function function, Shape s) {
        return function == Pool.Function.MAX ? d.distinct("x", s) : d.linear(d.normal("x", s));
    }

    private static boolean eachSees(Geometry g) {
        Window w = g.window();
        for (int i = 0; i < w.rank(); i++) {
            int in = g.in().get(i);
            for (int o = 0; o < w.outputExtent(i, in); o++) {
                if (!w.sees(i, o, in)) {
                    return false;
                }
            }
        }
        return true;
    }

    private int channels() {
        int[] choice = extreme ? new int[] {1, 3, 16, 64, 512} : new int[] {1, 2, 3, 5, 8};
        return choice[random.nextInt(choice.length)];
    }

    /** Extent, window, stride, dilation, padding before and after. */
    private List<Integer> axis() {
        return List.of(
                random.nextInt(1, 10),
                random.nextInt(1, 6),
                random.nextInt(1, 5),
                random.nextInt(1, 4),
                random.nextInt(0, 6),
                random.nextInt(0, 6));
    }

    /** The same, with some of them far out. */
    private List<Integer> oddAxis() {
        List<Integer> axis = new ArrayList<>(axis());
        int[] most = {5_000, 5_000, 1 << 30, 1 << 20, 50_000, 50_000};
        int changes = random.nextInt(1, 4);
        for (int i = 0; i < changes; i++) {
            int which = random.nextInt(6);
            // as likely small as large
            axis.set(which, (int) Math.pow(most[which], random.nextDouble(.3, 1)));
        }
        if (random.nextInt(3) == 0) { // as SAME pads
            Window same =
                    Windows.same(axis.subList(0, 1), axis.subList(1, 2), axis.get(2), axis.get(3));
            axis.set(4, same.padBefore().get(0));
            axis.set(5, same.padAfter().get(0));
        }
        return axis;
    }

    private static double product(List<Integer> numbers) {
        return numbers.stream().mapToDouble(i -> i).reduce(1, (a, b) -> a * b);
    }

    private static List<Integer> at(List<List<Integer>> axes, int i) {
        return axes.stream().map(a -> a.get(i)).toList();
    }
}
