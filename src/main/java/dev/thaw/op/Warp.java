package dev.thaw.op;

/**
 * Images seen through a projective transform each. With the transform's a0 .. c1, the result's
 * pixel in column x and row y is the argument's at ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) /
 * k), where k = c0 x + c1 y + 1. Pixels lie at whole numbers. What {@code tf.raw_ops
 * .ImageProjectiveTransformV3} computes. It has no gradient: augmentation stands in front of all
 * weights.
 *
 * @param x images: [N, H, W, C]
 * @param transforms a0, a1, a2, b0, b1, b2, c0, c1 of each image: [N, 8]
 * @param y result: [N, H', W', C]
 * @param sampling how pixels are found at numbers that are not whole
 * @param border what lies outside of the images
 * @param fill the number that lies there where the border is CONSTANT, and wherever k is 0
 */
public record Warp(
        Value x, Value transforms, @Out Value y, Sampling sampling, Border border, double fill)
        implements Op {
    /** How pixels are found at numbers that are not whole. */
    public enum Sampling {
        /** The nearest one; halfway, the one farther from 0. */
        NEAREST,
        /** Linear between the four around. */
        BILINEAR
    }

    /** What lies outside of an image of the pixels a b c d. */
    public enum Border {
        /** d c b a | a b c d | d c b a. */
        REFLECT,
        /** a b c d | a b c d | a b c d. */
        WRAP,
        /** One number. */
        CONSTANT,
        /** a a a a | a b c d | d d d d. */
        NEAREST
    }

    /** The place within an extent that stands for a coordinate outside of it, as TensorFlow's. */
    public static double place(Border border, double at, int extent) {
        double inside =
                switch (border) {
                    case REFLECT -> reflected(at, extent);
                    case WRAP -> wrapped(at, extent);
                    case CONSTANT, NEAREST -> at;
                };
        return border == Border.CONSTANT ? inside : Math.max(0, Math.min(inside, extent - 1));
    }

    private static double reflected(double at, int extent) {
        double twice = 2.0 * extent;
        if (extent <= 1) {
            return 0;
        } else if (at < 0) {
            double near = at + twice * (long) (-at / twice);
            return near < -extent ? near + twice : -near - 1;
        } else if (at > extent - 1) {
            double near = at - twice * (long) (at / twice);
            return near >= extent ? twice - near - 1 : near;
        }
        return at;
    }

    private static double wrapped(double at, int extent) {
        if (extent <= 1) {
            return 0;
        } else if (at < 0) {
            return at + extent * ((long) (-at / (extent - 1.0)) + 1.0);
        } else if (at > extent - 1) {
            return at - extent * (double) (long) (at / (extent - 1.0));
        }
        return at;
    }
}
