package dev.thaw.applications;

/** What follows the last feature map where an application has no top. */
public enum GlobalPooling {
    /** Nothing: the model ends with the feature map, [N, H, W, C]. */
    NONE,
    /** The mean over height and width: [N, C]. */
    AVG,
    /** The maximum over height and width: [N, C]. */
    MAX
}
