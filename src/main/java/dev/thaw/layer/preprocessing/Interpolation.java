package dev.thaw.layer.preprocessing;

/**
 * How numbers between the pixels of an image are found. Pixels are squares: the first one lies at
 * 0.5.
 */
public enum Interpolation {
    /** The nearest pixel. */
    NEAREST,
    /** Linear between the two nearest pixels along each axis. */
    BILINEAR,
    /** Keys's cubic (a = -0.5) over four pixels along each axis. */
    BICUBIC,
    /** Lanczos's windowed sinc over six pixels along each axis. */
    LANCZOS3,
    /** Lanczos's windowed sinc over ten pixels along each axis. */
    LANCZOS5
}
