package dev.thaw.layer;

/** Where the channels lie among the axes of an input. */
public enum DataFormat {
    /** [N, spatial.., C]: what runs without transposing. */
    CHANNELS_LAST,
    /** [N, C, spatial..]: transposed on the way in and out. Weights lie in memory as always. */
    CHANNELS_FIRST
}
