package dev.thaw.layer;

/** How a window treats the border. */
public enum Padding {
    /** No padding: only whole windows count. */
    VALID,
    /** As many outputs as ceil(input / stride); where the padding is odd, the end gets one more. */
    SAME,
    /**
     * As many outputs as ceil(input / stride), with all padding before the first cell, so that no
     * output sees what comes after it. {@code Conv1D} alone has it.
     */
    CAUSAL
}
