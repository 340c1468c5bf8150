package dev.thaw.layer.regularization;

/** Where dropout makes up for what it drops, so that the expectation stays. */
public enum DropoutCompensation {
    /** Kept values are divided by 1 - rate while drawing; otherwise the layer is the identity. */
    INVERTED,
    /**
     * Kept values stay as they are while drawing; otherwise every value is multiplied by 1 - rate,
     * as in Srivastava et al. (2014).
     */
    AT_INFERENCE
}
