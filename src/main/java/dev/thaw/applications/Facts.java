package dev.thaw.applications;

import dev.thaw.applications.ApplicationOptions.Option;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.tensor.Shape;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What Keras fixes for one application, and the rules that follow from it ({@code
 * obtain_input_shape} and the heads of the application's functions).
 *
 * @param kerasName the function's name
 * @param modelName the model's name where none is given
 * @param preprocessing what its pixels need
 * @param defaultSize height and width with a top; {@link Shape#NONE} for an input that is open
 * @param minSize the least height and width
 * @param options what it can be given
 * @param imagenetSizes the sizes that weights were trained at
 * @param imagenetAlphas the alphas that there are weights for; empty for any
 */
record Facts(
        String kerasName,
        String modelName,
        Preprocessing preprocessing,
        int defaultSize,
        int minSize,
        Set<Option> options,
        List<Integer> imagenetSizes,
        List<Double> imagenetAlphas) {
    private static final Logger LOG = LoggerFactory.getLogger(Facts.class);
    private static final Set<Option> COMMON =
            EnumSet.of(
                    Option.INPUT_SHAPE,
                    Option.INCLUDE_TOP,
                    Option.POOLING,
                    Option.CLASSES,
                    Option.CLASSIFIER_ACTIVATION,
                    Option.NAME,
                    Option.IMAGENET);
    private static final int IMAGENET_CLASSES = 1000;

    static Facts of(
            String kerasName,
            String modelName,
            Preprocessing preprocessing,
            int defaultSize,
            int minSize) {
        return new Facts(
                kerasName,
                modelName,
                preprocessing,
                defaultSize,
                minSize,
                COMMON,
                List.of(defaultSize),
                List.of());
    }

    Facts taking(Option... more) {
        Set<Option> all = EnumSet.copyOf(options);
        all.addAll(Arrays.asList(more));
        return new Facts(
                kerasName,
                modelName,
                preprocessing,
                defaultSize,
                minSize,
                all,
                imagenetSizes,
                imagenetAlphas);
    }

    Facts withWeightsFor(List<Integer> sizes, List<Double> alphas) {
        return new Facts(
                kerasName, modelName, preprocessing, defaultSize, minSize, options, sizes, alphas);
    }

    /** Refuses what Keras refuses; returns the image's shape, without the batch. */
    Shape check(ApplicationOptions given) {
        for (Option option : given.given()) {
            if (!options.contains(option)) {
                throw refuse("has no %s; it takes %s".formatted(option, options));
            }
        }
        if (given.imagenet()) {
            checkImagenet(given);
        }
        Shape shape = given.inputShape().orElse(defaultShape(given));
        checkShape(shape, given);
        return shape;
    }

    private Shape defaultShape(ApplicationOptions given) {
        int size = given.includeTop() ? defaultSize : Shape.NONE;
        return Shape.of(size, size, 3);
    }

    private void checkShape(Shape shape, ApplicationOptions given) {
        if (shape.rank() != 3 || shape.last() < 1) {
            throw refuse("input_shape must be (height, width, channels), got " + shape);
        }
        int height = shape.dim(0);
        int width = shape.dim(1);
        boolean open = height == Shape.NONE || width == Shape.NONE;
        if (defaultSize == Shape.NONE && open) {
            return;
        }
        if (height != Shape.NONE && height < minSize || width != Shape.NONE && width < minSize) {
            throw refuse(
                    "input size must be at least %sx%s, got input_shape %s"
                            .formatted(minSize, minSize, shape));
        }
        if (given.includeTop() && open) {
            throw refuse(
                    "with include_top, input_shape must be known, got %s; give one, or leave the top out"
                            .formatted(shape));
        }
        if (shape.last() != 3 && shape.last() != 1) {
            LOG.warn(
                    "{}: usually expects 1 or 3 input channels, got input_shape {}",
                    kerasName,
                    shape);
        }
    }

    private void checkImagenet(ApplicationOptions given) {
        if (given.includeTop() && given.classes() != IMAGENET_CLASSES) {
            throw refuse(
                    "with ImageNet's weights and include_top, classes must be 1000, got "
                            + given.classes());
        }
        ActivationFunction end = given.classifierActivation();
        if (given.includeTop()
                && !end.equals(ActivationFunction.SOFTMAX)
                && !end.equals(ActivationFunction.LINEAR)) {
            throw refuse(
                    "with ImageNet's weights and include_top, classifier_activation must be softmax or linear, got "
                            + end.name());
        }
        if (given.depthMultiplier() != 1) {
            throw refuse(
                    "with ImageNet's weights, depth_multiplier must be 1, got "
                            + given.depthMultiplier());
        }
        List<Double> alphas = given.minimalistic() ? List.of(1.0) : imagenetAlphas;
        if (!alphas.isEmpty() && !alphas.contains(given.alpha())) {
            throw refuse(
                    "with ImageNet's weights, alpha must be one of %s, got %s"
                            .formatted(alphas, given.alpha()));
        }
        if (defaultSize != Shape.NONE) {
            given.inputShape().ifPresent(s -> checkImagenetShape(s, given.includeTop()));
        }
    }

    private void checkImagenetShape(Shape shape, boolean includeTop) {
        if (shape.rank() != 3 || shape.last() != 3) {
            throw refuse("with ImageNet's weights, the input must have 3 channels, got " + shape);
        }
        if (includeTop && !trainedAt(shape)) {
            throw refuse(
                    "with ImageNet's weights and include_top, input_shape must be square, its side one of %s, got %s"
                            .formatted(imagenetSizes, shape));
        }
    }

    /** Whether there are weights that were trained at this very size. */
    boolean trainedAt(Shape shape) {
        return shape.dim(0) == shape.dim(1) && imagenetSizes.contains(shape.dim(0));
    }

    IllegalArgumentException refuse(String problem) {
        return new IllegalArgumentException("%s: %s".formatted(kerasName, problem));
    }
}
