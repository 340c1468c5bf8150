package dev.thaw.op;

/** An op whose window finds zeros around the images, so that it can pad for itself. */
public interface ZeroPadded {
    /** The images: [N, spatial.., C]. */
    Value x();

    /** How the window moves. */
    Window window();

    /** The same op over other images, with a window that pads them. */
    Op over(Value x, Window window);
}
