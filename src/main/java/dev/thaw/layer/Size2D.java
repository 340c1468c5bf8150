package dev.thaw.layer;

/**
 * A height and a width, in cells: of a window, of its steps, or between its cells.
 *
 * @param height along the rows' axis
 * @param width along the columns' axis
 */
public record Size2D(int height, int width) {
    /** The same along both axes. */
    public static Size2D square(int side) {
        return new Size2D(side, side);
    }
}
