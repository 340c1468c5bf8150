package dev.thaw.applications;

import static dev.thaw.applications.ApplicationOptions.Option.ALPHA;
import static dev.thaw.applications.ApplicationOptions.Option.DEPTH_MULTIPLIER;
import static dev.thaw.applications.ApplicationOptions.Option.DROPOUT;
import static dev.thaw.applications.ApplicationOptions.Option.INCLUDE_PREPROCESSING;
import static dev.thaw.applications.ApplicationOptions.Option.MINIMALISTIC;
import static dev.thaw.applications.Preprocessing.CAFFE;
import static dev.thaw.applications.Preprocessing.NONE;
import static dev.thaw.applications.Preprocessing.TF;
import static dev.thaw.applications.Preprocessing.TORCH;

import dev.thaw.config.Range;
import dev.thaw.layer.Input;
import dev.thaw.layer.Symbol;
import dev.thaw.model.Model;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The networks of {@code keras.applications}: the very layers, names and options that Keras has, so
 * that weights which Keras saved fit. A model comes with random weights; those of a file are loaded
 * into it.
 *
 * <pre>{@code
 * Model base = Application.MOBILENET_V2.create(
 *         ApplicationOptions.DEFAULT.withInputShape(96, 96, 3).withIncludeTop(false));
 * }</pre>
 */
public enum Application {
    /** Howard et al. (2017). Takes alpha, depth multiplier and dropout. */
    MOBILENET(
            Facts.of("MobileNet", "mobilenet", TF, 224, 32)
                    .taking(ALPHA, DEPTH_MULTIPLIER, DROPOUT)
                    .withWeightsFor(List.of(128, 160, 192, 224), List.of(.25, .5, .75, 1.0)),
            MobileNet::build),
    /** Sandler et al. (2018). Takes alpha. */
    MOBILENET_V2(
            Facts.of("MobileNetV2", "mobilenetv2", TF, 224, 32)
                    .taking(ALPHA)
                    .withWeightsFor(
                            List.of(96, 128, 160, 192, 224), List.of(.35, .5, .75, 1.0, 1.3, 1.4)),
            MobileNetV2::build),
    /**
     * Howard et al. (2019), the small one. It scales its pixels itself. Takes alpha, dropout,
     * minimalistic and include preprocessing.
     */
    MOBILENET_V3_SMALL(mobileNetV3("MobileNetV3Small"), MobileNetV3::small),
    /**
     * Howard et al. (2019), the large one. It scales its pixels itself. Takes alpha, dropout,
     * minimalistic and include preprocessing.
     */
    MOBILENET_V3_LARGE(mobileNetV3("MobileNetV3Large"), MobileNetV3::large),
    /** Chollet (2017). */
    XCEPTION(Facts.of("Xception", "xception", TF, 299, 71), Xception::build),
    /** Szegedy et al. (2016). */
    INCEPTION_V3(Facts.of("InceptionV3", "inception_v3", TF, 299, 75), InceptionV3::build),
    /** He et al. (2015), 50 layers. */
    RESNET50(Facts.of("ResNet50", "resnet50", CAFFE, 224, 32), ResNet.v1(3, 4, 6, 3)),
    /** He et al. (2015), 101 layers. */
    RESNET101(Facts.of("ResNet101", "resnet101", CAFFE, 224, 32), ResNet.v1(3, 4, 23, 3)),
    /** He et al. (2015), 152 layers. */
    RESNET152(Facts.of("ResNet152", "resnet152", CAFFE, 224, 32), ResNet.v1(3, 8, 36, 3)),
    /** He et al. (2016), 50 layers. */
    RESNET50_V2(Facts.of("ResNet50V2", "resnet50v2", TF, 224, 32), ResNet.v2(3, 4, 6, 3)),
    /** He et al. (2016), 101 layers. */
    RESNET101_V2(Facts.of("ResNet101V2", "resnet101v2", TF, 224, 32), ResNet.v2(3, 4, 23, 3)),
    /** He et al. (2016), 152 layers. */
    RESNET152_V2(Facts.of("ResNet152V2", "resnet152v2", TF, 224, 32), ResNet.v2(3, 8, 36, 3)),
    /** Huang et al. (2017), 121 layers. */
    DENSENET121(Facts.of("DenseNet121", "densenet121", TORCH, 224, 32), DenseNet.of(6, 12, 24, 16)),
    /** Huang et al. (2017), 169 layers. */
    DENSENET169(Facts.of("DenseNet169", "densenet169", TORCH, 224, 32), DenseNet.of(6, 12, 32, 32)),
    /** Huang et al. (2017), 201 layers. */
    DENSENET201(Facts.of("DenseNet201", "densenet201", TORCH, 224, 32), DenseNet.of(6, 12, 48, 32)),
    /** Tan and Le (2019), its pixels from 0 to 255 as they are. */
    EFFICIENTNET_B0(
            Facts.of("EfficientNetB0", "efficientnetb0", NONE, 224, 32),
            EfficientNet.of(1.0, 1.0, 0.2)),
    /** Tan and Le (2019), its pixels from 0 to 255 as they are. */
    EFFICIENTNET_B1(
            Facts.of("EfficientNetB1", "efficientnetb1", NONE, 240, 32),
            EfficientNet.of(1.0, 1.1, 0.2)),
    /** Tan and Le (2019), its pixels from 0 to 255 as they are. */
    EFFICIENTNET_B2(
            Facts.of("EfficientNetB2", "efficientnetb2", NONE, 260, 32),
            EfficientNet.of(1.1, 1.2, 0.3)),
    /** Tan and Le (2019), its pixels from 0 to 255 as they are. */
    EFFICIENTNET_B3(
            Facts.of("EfficientNetB3", "efficientnetb3", NONE, 300, 32),
            EfficientNet.of(1.2, 1.4, 0.3)),
    /** Tan and Le (2019), its pixels from 0 to 255 as they are. */
    EFFICIENTNET_B4(
            Facts.of("EfficientNetB4", "efficientnetb4", NONE, 380, 32),
            EfficientNet.of(1.4, 1.8, 0.4)),
    /** Tan and Le (2019), its pixels from 0 to 255 as they are. */
    EFFICIENTNET_B5(
            Facts.of("EfficientNetB5", "efficientnetb5", NONE, 456, 32),
            EfficientNet.of(1.6, 2.2, 0.4)),
    /** Tan and Le (2019), its pixels from 0 to 255 as they are. */
    EFFICIENTNET_B6(
            Facts.of("EfficientNetB6", "efficientnetb6", NONE, 528, 32),
            EfficientNet.of(1.8, 2.6, 0.5)),
    /** Tan and Le (2019), its pixels from 0 to 255 as they are. */
    EFFICIENTNET_B7(
            Facts.of("EfficientNetB7", "efficientnetb7", NONE, 600, 32),
            EfficientNet.of(2.0, 3.1, 0.5)),
    /** Simonyan and Zisserman (2014), 16 layers. */
    VGG16(Facts.of("VGG16", "vgg16", CAFFE, 224, 32), Vgg.of(2, 2, 3, 3, 3)),
    /** Simonyan and Zisserman (2014), 19 layers. */
    VGG19(Facts.of("VGG19", "vgg19", CAFFE, 224, 32), Vgg.of(2, 2, 4, 4, 4));

    private final Facts facts;
    private final Architecture architecture;

    Application(Facts facts, Architecture architecture) {
        this.facts = facts;
        this.architecture = architecture;
    }

    private static Facts mobileNetV3(String name) {
        return Facts.of(name, name, NONE, Shape.NONE, 32)
                .taking(ALPHA, DROPOUT, MINIMALISTIC, INCLUDE_PREPROCESSING)
                .withWeightsFor(List.of(224), List.of(.75, 1.0));
    }

    /** The application that Keras calls so: {@code MobileNetV2}, in any case. */
    public static Application named(String kerasName) {
        return Arrays.stream(values())
                .filter(a -> a.kerasName().equalsIgnoreCase(kerasName))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "there is no application '%s'; there are %s"
                                                .formatted(
                                                        kerasName,
                                                        Arrays.stream(values())
                                                                .map(Application::kerasName)
                                                                .toList())));
    }

    /** What Keras calls it: {@code MobileNetV2}. */
    public String kerasName() {
        return facts.kerasName();
    }

    /** The model under Keras's defaults: with its top, for 1000 classes. */
    public Model create() {
        return create(ApplicationOptions.DEFAULT);
    }

    /**
     * The model under these options.
     *
     * @throws IllegalArgumentException for an option that the application has not, and for what
     *     Keras refuses
     */
    public Model create(ApplicationOptions options) {
        Shape shape = facts.check(Objects.requireNonNull(options, "options"));
        Symbol image = Input.of(shape, DType.FLOAT32);
        Symbol output = architecture.build(image, options);
        return new Model(image, output).named(options.name().orElse(modelName(shape, options)));
    }

    /** Keras puts width and size into the names of the two older MobileNets. */
    private String modelName(Shape shape, ApplicationOptions options) {
        if (this != MOBILENET && this != MOBILENET_V2) {
            return facts.modelName();
        }
        String size = shape.dim(0) == Shape.NONE ? "None" : String.valueOf(shape.dim(0));
        if (options.imagenet() && !facts.trainedAt(shape)) {
            size = "224";
        }
        BigDecimal alpha = new BigDecimal(options.alpha()).setScale(2, RoundingMode.HALF_EVEN);
        return "%s_%s_%s".formatted(facts.modelName(), alpha.toPlainString(), size);
    }

    /** How the application's pixels are prepared. */
    public Preprocessing preprocessing() {
        return facts.preprocessing();
    }

    /**
     * Keras's {@code preprocess_input}: pixels as the network was trained on, from RGB in [0, 255];
     * [H, W, 3] or [N, H, W, 3].
     */
    public Tensor preprocess(Tensor pixels) {
        return facts.preprocessing().apply(pixels);
    }

    /**
     * The {@code top} best guesses for each image, the best first.
     *
     * @param predictions [N, classes], as many as the index has
     */
    public static List<List<Prediction>> decodePredictions(
            Tensor predictions, int top, ClassIndex index) {
        Shape shape = predictions.shape();
        if (shape.rank() != 2 || shape.dim(1) != index.size()) {
            throw new IllegalArgumentException(
                    "decode: predictions must be (images, %s), as the class index has that many, got %s"
                            .formatted(index.size(), shape));
        }
        Range.atLeast(1).check("decode: top", top);
        List<List<Prediction>> decoded = new ArrayList<>();
        float[] scores = predictions.floats();
        for (int image = 0; image < shape.dim(0); image++) {
            int first = image * index.size();
            decoded.add(
                    IntStream.range(0, index.size())
                            .mapToObj(i -> index.prediction(i, scores[first + i]))
                            .sorted(Comparator.comparing(Prediction::score).reversed())
                            .limit(top)
                            .toList());
        }
        return decoded;
    }
}
