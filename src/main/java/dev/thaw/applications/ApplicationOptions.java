package dev.thaw.applications;

import dev.thaw.config.Range;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.tensor.Shape;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How an {@link Application} is made, under Keras's names and with Keras's defaults: {@code
 * ApplicationOptions.DEFAULT.withInputShape(96, 96, 3).withAlpha(.35).withIncludeTop(false)}. An
 * application refuses what it does not know.
 */
public final class ApplicationOptions {
    /** What can be given; Keras's argument is the name in lower case. */
    enum Option {
        INPUT_SHAPE,
        INCLUDE_TOP,
        POOLING,
        CLASSES,
        CLASSIFIER_ACTIVATION,
        NAME,
        IMAGENET,
        ALPHA,
        DEPTH_MULTIPLIER,
        DROPOUT,
        MINIMALISTIC,
        INCLUDE_PREPROCESSING;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Nothing given: 1000 classes, with the top, under random weights. */
    public static final ApplicationOptions DEFAULT =
            new ApplicationOptions(new EnumMap<>(Option.class));

    private final Map<Option, Object> given;

    private ApplicationOptions(Map<Option, Object> given) {
        this.given = given;
    }

    private ApplicationOptions with(Option option, Object value) {
        Map<Option, Object> more = new EnumMap<>(given);
        more.put(option, Objects.requireNonNull(value, option.toString()));
        return new ApplicationOptions(more);
    }

    /**
     * Height, width and channels of an image; without a top, {@link Shape#NONE} leaves height and
     * width open.
     */
    public ApplicationOptions withInputShape(int... heightWidthChannels) {
        return with(Option.INPUT_SHAPE, Shape.of(heightWidthChannels));
    }

    /** Whether the classifier is there; default true. */
    public ApplicationOptions withIncludeTop(boolean value) {
        return with(Option.INCLUDE_TOP, value);
    }

    /** What ends the model where there is no top; default {@link GlobalPooling#NONE}. */
    public ApplicationOptions withPooling(GlobalPooling value) {
        return with(Option.POOLING, value);
    }

    /** How many classes the top tells apart; default 1000. */
    public ApplicationOptions withClasses(int value) {
        return with(Option.CLASSES, value);
    }

    /** What the top ends with; default softmax, {@code LINEAR} for the logits. */
    public ApplicationOptions withClassifierActivation(ActivationFunction value) {
        return with(Option.CLASSIFIER_ACTIVATION, value);
    }

    /** The model's name; default Keras's for the application. */
    public ApplicationOptions withName(String value) {
        return with(Option.NAME, value);
    }

    /**
     * The very graph that Keras makes for {@code weights="imagenet"}, whose rules then hold too: a
     * model that those weights can be loaded into. (EfficientNet scales its pixels once more in
     * it.) The weights themselves are loaded from a file afterwards.
     */
    public ApplicationOptions forImagenetWeights() {
        return with(Option.IMAGENET, true);
    }

    /** Width of a MobileNet: a factor of all filters; default 1. */
    public ApplicationOptions withAlpha(double value) {
        Range.POSITIVE.because("it scales the filters").check("alpha", value);
        return with(Option.ALPHA, value);
    }

    /** Depthwise filters per channel in MobileNet; default 1. */
    public ApplicationOptions withDepthMultiplier(int value) {
        return with(Option.DEPTH_MULTIPLIER, value);
    }

    /** Rate of the top's dropout in MobileNet (0.001) and MobileNetV3 (0.2). */
    public ApplicationOptions withDropout(double value) {
        Range.FRACTION.check("dropout", value);
        return with(Option.DROPOUT, value);
    }

    /**
     * Whether a MobileNetV3 does without squeeze-and-excite, hard swish and 5x5 windows; default
     * false.
     */
    public ApplicationOptions withMinimalistic(boolean value) {
        return with(Option.MINIMALISTIC, value);
    }

    /** Whether a MobileNetV3 scales its pixels itself; default true. */
    public ApplicationOptions withIncludePreprocessing(boolean value) {
        return with(Option.INCLUDE_PREPROCESSING, value);
    }

    private <T> T get(Option option, T otherwise) {
        @SuppressWarnings("unchecked") // each option is put by one method, with one type
        T value = (T) given.getOrDefault(option, otherwise);
        return value;
    }

    Set<Option> given() {
        return given.keySet();
    }

    Optional<Shape> inputShape() {
        return Optional.ofNullable(get(Option.INPUT_SHAPE, null));
    }

    boolean includeTop() {
        return get(Option.INCLUDE_TOP, true);
    }

    GlobalPooling pooling() {
        return get(Option.POOLING, GlobalPooling.NONE);
    }

    int classes() {
        return get(Option.CLASSES, 1000);
    }

    ActivationFunction classifierActivation() {
        return get(Option.CLASSIFIER_ACTIVATION, ActivationFunction.SOFTMAX);
    }

    Optional<String> name() {
        return Optional.ofNullable(get(Option.NAME, null));
    }

    boolean imagenet() {
        return get(Option.IMAGENET, false);
    }

    double alpha() {
        return get(Option.ALPHA, 1.0);
    }

    int depthMultiplier() {
        return get(Option.DEPTH_MULTIPLIER, 1);
    }

    double dropout(double otherwise) {
        return get(Option.DROPOUT, otherwise);
    }

    boolean minimalistic() {
        return get(Option.MINIMALISTIC, false);
    }

    boolean includePreprocessing() {
        return get(Option.INCLUDE_PREPROCESSING, true);
    }

    @Override
    public String toString() {
        return given.toString();
    }
}
