package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.thaw.backend.spi.Device;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.preprocessing.FillMode;
import dev.thaw.layer.preprocessing.Interpolation;
import dev.thaw.layer.preprocessing.RandomBrightness;
import dev.thaw.layer.preprocessing.RandomContrast;
import dev.thaw.layer.preprocessing.RandomCrop;
import dev.thaw.layer.preprocessing.RandomFlip;
import dev.thaw.layer.preprocessing.RandomImageLayer;
import dev.thaw.layer.preprocessing.RandomRotation;
import dev.thaw.layer.preprocessing.RandomTranslation;
import dev.thaw.layer.preprocessing.RandomZoom;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What the random image layers draw, read off the images that they make. Seeds are fixed, so a
 * bound of 4 standard errors either holds always or never.
 */
final class AugmentationTest {
    private static final int IMAGES = 2000;
    private static final int SIDE = 21;
    private static final int MIDDLE = SIDE / 2;
    private static final double STANDARD_ERRORS = 4;

    /** Positions of up to 21 pixels in float32, and differences of two of them. */
    private static final double ROUNDING = 1e-4;

    static List<Supplier<RandomImageLayer<?>>> layers() {
        return List.of(
                () -> new RandomFlip().seed(1),
                () -> new RandomRotation(.2).seed(1),
                () -> new RandomZoom(.3).seed(1),
                () -> new RandomTranslation(.2, .1).seed(1),
                () -> new RandomContrast(.5).seed(1),
                () -> new RandomBrightness(.2).seed(1),
                () -> new RandomCrop(5, 4).seed(1));
    }

    private static Model model(Layer layer, Shape sample) {
        Symbol in = Input.of(sample.toArray());
        return new Model(in, layer.apply(in)).on(Device.cpu());
    }

    private static Tensor run(Layer layer, Tensor x, Mode mode) {
        try (Model m = model(layer, x.shape().sub(1, x.shape().rank()))) {
            return m.call(x, mode);
        }
    }

    /** As many images alike, whose pixel (row, column) is this function of the two. */
    private static Tensor images(int n, DoubleUnaryOperator ofRow, DoubleUnaryOperator ofColumn) {
        Tensor x = Tensor.full(Shape.of(n, SIDE, SIDE, 1), 0);
        for (int i = 0; i < x.size(); i++) {
            int row = i / SIDE % SIDE;
            x.floats()[i] = (float) (ofRow.applyAsDouble(row) + ofColumn.applyAsDouble(i % SIDE));
        }
        return x;
    }

    private static Tensor noise(int n) {
        Random r = new Random(5);
        Tensor x = Tensor.full(Shape.of(n, 6, 7, 2), 0);
        for (int i = 0; i < x.size(); i++) {
            x.floats()[i] = 255 * r.nextFloat();
        }
        return x;
    }

    private static float pixel(Tensor y, int image, int row, int column) {
        return y.floats()[(image * SIDE + row) * SIDE + column];
    }

    /** Uniform in [low, high]: the mean, the deviation, and nothing outside. */
    private static void assertUniform(IntToDoubleFunction drawn, double low, double high) {
        double[] all = IntStream.range(0, IMAGES).mapToDouble(drawn).toArray();
        assertThat(Arrays.stream(all)).allMatch(v -> v >= low - ROUNDING && v <= high + ROUNDING);
        double deviation = (high - low) / Math.sqrt(12);
        double mean = Arrays.stream(all).average().orElseThrow();
        double error = STANDARD_ERRORS * deviation / Math.sqrt(IMAGES);
        assertThat(mean).isCloseTo((low + high) / 2, within(error));
        double squares = Arrays.stream(all).map(v -> (v - mean) * (v - mean)).sum();
        // of a uniform number the fourth moment is 9/5 variance^2, so that the variance of its
        // variance is 4/5 variance^2
        double variance = deviation * deviation;
        double spread = STANDARD_ERRORS * variance * Math.sqrt(.8 / IMAGES);
        assertThat(squares / (IMAGES - 1)).isCloseTo(variance, within(spread));
        // neighbours have nothing to do with each other
        double lagged =
                IntStream.range(1, IMAGES)
                        .mapToDouble(i -> (all[i] - mean) * (all[i - 1] - mean))
                        .average()
                        .orElseThrow();
        assertThat(lagged / variance).isCloseTo(0, within(STANDARD_ERRORS / Math.sqrt(IMAGES)));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void inferenceLeavesImagesAlone(Supplier<RandomImageLayer<?>> layer) {
        Tensor x = noise(3);
        RandomImageLayer<?> made = layer.get();
        if (!(made instanceof RandomCrop)) {
            assertThat(run(made, x, Mode.INFERENCE).bitEquals(x)).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void aSeedGivesTheSameImagesAndEachStepOthers(Supplier<RandomImageLayer<?>> layer) {
        Tensor x = noise(5);
        try (Model m = model(layer.get(), Shape.of(6, 7, 2));
                Model twin = model(layer.get(), Shape.of(6, 7, 2));
                Model other = model(layer.get().seed(2), Shape.of(6, 7, 2))) {
            List<Tensor> steps = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                steps.add(m.call(x, Mode.TRAINING));
                assertThat(twin.call(x, Mode.TRAINING).bitEquals(steps.get(i))).isTrue();
            }
            // a crop of 6 by 7 pixels has 8 places, and a flip of 5 images 32 outcomes
            assertThat(steps).anyMatch(y -> !y.bitEquals(steps.get(0)));
            assertThat(IntStream.range(0, 4).boxed())
                    .anyMatch(i -> !other.call(x, Mode.TRAINING).bitEquals(steps.get(i)));
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void aDirectCallAugmentsAndItsFollowersDoNotTrain(Supplier<RandomImageLayer<?>> layer) {
        Symbol in = Input.of(6, 7, 2);
        BatchNormalization bn = new BatchNormalization();
        Symbol augmented = layer.get().apply(in);
        try (Model m = new Model(List.of(in), List.of(augmented, bn.apply(augmented)))) {
            m.on(Device.cpu());
            Variable mean = bn.variable("moving_mean");
            Tensor before = mean.value().copy();
            Tensor x = noise(6);
            Tensor first = m.call(List.of(x)).get(0);
            Tensor second = m.call(List.of(x)).get(0);
            Tensor third = m.call(List.of(x)).get(0);
            assertThat(first.bitEquals(second) && first.bitEquals(third)).isFalse();
            assertThat(mean.value().bitEquals(before)).isTrue();
        }
    }

    @Test
    void halfOfTheImagesAreFlipped() {
        Tensor x = images(IMAGES, r -> 100 * r, c -> c);
        for (RandomFlip.Direction d : RandomFlip.Direction.values()) {
            boolean rows = d != RandomFlip.Direction.HORIZONTAL;
            boolean columns = d != RandomFlip.Direction.VERTICAL;
            Tensor y = run(new RandomFlip(d).seed(3), x, Mode.TRAINING);
            int flipped = 0;
            for (int i = 0; i < IMAGES; i++) {
                boolean moved = pixel(y, i, 0, 0) != pixel(x, i, 0, 0);
                flipped += moved ? 1 : 0;
                for (int k = 0; k < SIDE * SIDE; k++) {
                    int r = k / SIDE;
                    int c = k % SIDE;
                    int fromRow = moved && rows ? SIDE - 1 - r : r;
                    int fromColumn = moved && columns ? SIDE - 1 - c : c;
                    assertThat(pixel(y, i, r, c)).isEqualTo(pixel(x, i, fromRow, fromColumn));
                }
            }
            double error = STANDARD_ERRORS * .5 * Math.sqrt(IMAGES);
            assertThat((double) flipped).isCloseTo(.5 * IMAGES, within(error));
        }
    }

    @Test
    void anglesAreUniform() {
        // a ramp along each axis: its slopes tell the angle
        Tensor x = images(IMAGES, r -> 0, c -> c);
        Tensor y = run(new RandomRotation(-.1, .2).seed(4), x, Mode.TRAINING);
        assertUniform(
                i -> {
                    double across = pixel(y, i, MIDDLE, MIDDLE + 1) - pixel(y, i, MIDDLE, MIDDLE);
                    double down = pixel(y, i, MIDDLE + 1, MIDDLE) - pixel(y, i, MIDDLE, MIDDLE);
                    assertThat(Math.hypot(across, down)).isCloseTo(1, within(ROUNDING));
                    assertThat((double) pixel(y, i, MIDDLE, MIDDLE))
                            .isCloseTo(MIDDLE, within(ROUNDING));
                    return Math.atan2(-down, across) / (2 * Math.PI);
                },
                -.1,
                .2);
    }

    @Test
    void zoomsAreUniformAndIndependentWhereAsked() {
        Tensor columns = images(IMAGES, r -> 0, c -> c);
        Tensor rows = images(IMAGES, r -> r, c -> 0);
        RandomZoom alike = new RandomZoom(.4).seed(5);
        Tensor y = run(alike, columns, Mode.TRAINING);
        assertUniform(i -> pixel(y, i, MIDDLE, MIDDLE + 1) - pixel(y, i, MIDDLE, MIDDLE), .6, 1.4);
        Supplier<RandomZoom> apart = () -> new RandomZoom(-.5, -.1).widthFactor(0, .3).seed(6);
        Tensor across = run(apart.get(), columns, Mode.TRAINING);
        Tensor down = run(apart.get(), rows, Mode.TRAINING);
        assertUniform(
                i -> pixel(across, i, MIDDLE, MIDDLE + 1) - pixel(across, i, MIDDLE, MIDDLE),
                1,
                1.3);
        assertUniform(
                i -> pixel(down, i, MIDDLE + 1, MIDDLE) - pixel(down, i, MIDDLE, MIDDLE), .5, .9);
    }

    @Test
    void shiftsAreUniformPartsOfTheSides() {
        Tensor columns = images(IMAGES, r -> 0, c -> c);
        Tensor rows = images(IMAGES, r -> r, c -> 0);
        Supplier<RandomTranslation> layer =
                () -> new RandomTranslation().heightFactor(-.3, .1).widthFactor(-.2, .2).seed(7);
        Tensor across = run(layer.get(), columns, Mode.TRAINING);
        Tensor down = run(layer.get(), rows, Mode.TRAINING);
        // what lies in the middle came from where it was shifted away
        assertUniform(i -> MIDDLE - pixel(across, i, MIDDLE, MIDDLE), -.2 * SIDE, .2 * SIDE);
        assertUniform(i -> MIDDLE - pixel(down, i, MIDDLE, MIDDLE), -.3 * SIDE, .1 * SIDE);
    }

    @Test
    void whatIsShiftedInIsWhatTheFillModeSays() {
        Tensor x = images(1, r -> 0, c -> c + 1);
        // all images go 3 pixels to the right, near enough for the nearest pixel
        double right = 2.8 / SIDE;
        for (FillMode mode : FillMode.values()) {
            Tensor y =
                    run(
                            new RandomTranslation()
                                    .heightFactor(0, 0)
                                    .widthFactor(right, right)
                                    .interpolation(Interpolation.NEAREST)
                                    .fillMode(mode)
                                    .fillValue(.5),
                            x,
                            Mode.TRAINING);
            float[] expected =
                    switch (mode) {
                        case REFLECT -> new float[] {3, 2, 1, 1, 2};
                        case WRAP -> new float[] {19, 20, 21, 1, 2};
                        case CONSTANT -> new float[] {.5f, .5f, .5f, 1, 2};
                        case NEAREST -> new float[] {1, 1, 1, 1, 2};
                    };
            for (int c = 0; c < expected.length; c++) {
                assertThat((double) pixel(y, 0, 4, c))
                        .as(mode + " " + c)
                        .isCloseTo(expected[c], within(ROUNDING));
            }
        }
    }

    @Test
    void contrastsAreUniformAboutEachImagesMean() {
        Tensor x = images(IMAGES, r -> 100, c -> c);
        Tensor y = run(new RandomContrast(.4).seed(8), x, Mode.TRAINING);
        double mean = 100 + MIDDLE;
        assertUniform(
                i -> {
                    assertThat((double) pixel(y, i, 3, MIDDLE)).isCloseTo(mean, within(ROUNDING));
                    return (pixel(y, i, 3, SIDE - 1) - pixel(y, i, 3, 0)) / (SIDE - 1);
                },
                1,
                1.4);
        Tensor cut = run(new RandomContrast(1).valueRange(105, 112).seed(8), x, Mode.TRAINING);
        assertThat(IntStream.range(0, cut.size()).mapToDouble(i -> cut.floats()[i]))
                .allMatch(v -> v >= 105 && v <= 112);
    }

    @Test
    void brightnessesAreUniformPartsOfTheRange() {
        Tensor x = images(IMAGES, r -> 127, c -> 0);
        Tensor y = run(new RandomBrightness(-.3, .1).seed(9), x, Mode.TRAINING);
        assertUniform(i -> pixel(y, i, 3, 3) - 127, -.3 * 255, .1 * 255);
        Tensor cut = run(new RandomBrightness(1).seed(9), x, Mode.TRAINING);
        assertThat(IntStream.range(0, cut.size()).mapToDouble(i -> cut.floats()[i]))
                .allMatch(v -> v >= 0 && v <= 255)
                .contains(0.0, 255.0);
    }

    @Test
    void aBatchIsCroppedAtOnePlaceAndEveryPlaceComes() {
        Tensor x = images(2, r -> 100 * r, c -> c);
        Set<Float> corners = new HashSet<>();
        try (Model m = model(new RandomCrop(19, 20).seed(10), Shape.of(SIDE, SIDE, 1))) {
            for (int step = 0; step < 100; step++) {
                Tensor y = m.call(x, Mode.TRAINING);
                assertThat(y.shape()).isEqualTo(Shape.of(2, 19, 20, 1));
                float corner = y.floats()[0];
                corners.add(corner);
                for (int i = 0; i < y.size(); i++) {
                    int row = i / 20 % 19;
                    assertThat(y.floats()[i]).isEqualTo(corner + 100 * row + i % 20);
                }
            }
        }
        // 3 places down, 2 across
        assertThat(corners).containsExactlyInAnyOrder(0f, 1f, 100f, 101f, 200f, 201f);
    }

    @Test
    void cropsOfTheSameSizeAreTheImageAndOthersTheLargestWindow() {
        Tensor x = images(2, r -> 100 * r, c -> c);
        Tensor same = run(new RandomCrop(SIDE, SIDE), x, Mode.INFERENCE);
        assertThat(same.bitEquals(x)).isTrue();
        // 21 by 21 pixels hold 21 by 7 in the middle, from column 7 on
        Tensor window = run(new RandomCrop(SIDE, 7), x, Mode.INFERENCE);
        assertThat(window.floats()[0]).isEqualTo(7);
        // resized to a third: the middles of three pixels each
        Tensor third = run(new RandomCrop(7, 7), x, Mode.TRAINING);
        assertThat(third.shape()).isEqualTo(Shape.of(2, 7, 7, 1));
        Tensor resized = run(new RandomCrop(7, 7), x, Mode.INFERENCE);
        assertThat(resized.floats()[0]).isEqualTo(101);
        assertThat(resized.floats()[1]).isEqualTo(104);
    }

    @ParameterizedTest
    @MethodSource("layers")
    void aModelTrainsBehindThem(Supplier<RandomImageLayer<?>> layer) {
        Symbol in = Input.of(6, 7, 2);
        Symbol out = new Dense(1).apply(new Flatten().apply(layer.get().apply(in)));
        try (Model m = new Model(in, out).on(Device.cpu())) {
            m.compile(new SGD(1e-9), new MeanSquaredError());
            double first =
                    m.fit(noise(8), Tensor.full(Shape.of(8, 1), 1), FitOptions.epochs(3))
                            .last("loss");
            assertThat(first).isFinite();
            String name = m.layers().get(1).name();
            assertThat(m.explain(Mode.TRAINING).at(name).random())
                    .containsOnly("draws uniform numbers");
            assertThat(m.explain(Mode.INFERENCE).at(name).random()).isEmpty();
        }
    }

    @Test
    void aGradientThroughAMovedImageIsRefused() {
        Symbol in = Input.of(6, 7, 2);
        Symbol moved = new RandomRotation(.1).apply(new Conv2D(2, 1).apply(in));
        Symbol out = new Dense(1).apply(new Flatten().apply(moved));
        try (Model m = new Model(in, out).on(Device.cpu())) {
            m.compile(new SGD(1e-9), new MeanSquaredError());
            assertThatIllegalStateException()
                    .isThrownBy(
                            () ->
                                    m.fit(
                                            noise(2),
                                            Tensor.full(Shape.of(2, 1), 1),
                                            FitOptions.epochs(1)))
                    .withMessageContaining("Warp has no gradient: put it in front");
            assertThat(m.explain(Mode.TRAINING).verdict())
                    .startsWith("A step of fit is refused (" + moved.node().layer().name())
                    .contains("Warp has no gradient: put it in front");
        }
    }
}
