package dev.thaw.layer;

/**
 * Cells around an image.
 *
 * @param top rows before the first
 * @param bottom rows after the last
 * @param left columns before the first
 * @param right columns after the last
 */
public record Margins(int top, int bottom, int left, int right) {
    /** The same on each side. */
    public static Margins all(int cells) {
        return new Margins(cells, cells, cells, cells);
    }

    /** So many rows above and below, so many columns left and right. */
    public static Margins symmetric(int height, int width) {
        return new Margins(height, height, width, width);
    }
}
