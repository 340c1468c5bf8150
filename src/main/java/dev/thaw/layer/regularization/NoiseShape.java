package dev.thaw.layer.regularization;

import dev.thaw.layer.Layer;
import dev.thaw.tensor.Shape;

/** Keras's {@code noise_shape}: the extents of a mask, where {@link Shape#NONE} is the input's. */
final class NoiseShape {
    private NoiseShape() {}

    /** Refuses a mask that cannot be repeated to the input's extents. */
    static void check(Layer layer, Shape noise, Shape input) {
        boolean fits =
                noise == null
                        || noise.rank() == input.rank()
                                && input.broadcasts(noise)
                                && input.accepts(input.broadcast(noise));
        if (!fits) {
            throw layer.refuse(
                    "noiseShape must have the input's rank and per axis its extent, 1 or Shape.NONE; the input is %s, got %s"
                            .formatted(input, noise));
        }
    }

    /** The mask's shape for an input of known extents; no noise shape means the input's own. */
    static Shape resolve(Layer layer, Shape noise, Shape input) {
        if (noise == null) {
            return input;
        }
        check(layer, noise, input);
        return noise.orElse(input);
    }
}
