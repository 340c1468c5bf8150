package dev.thaw.layer.preprocessing;

/** What lies outside of an image when it is moved. */
public enum FillMode {
    /** The image again, mirrored at its border: d c b a | a b c d | d c b a. */
    REFLECT,
    /** The image again: a b c d | a b c d | a b c d. */
    WRAP,
    /** One number. */
    CONSTANT,
    /** The pixel at the border: a a a a | a b c d | d d d d. */
    NEAREST
}
