package dev.thaw.layer;

/** What Keras calls {@code training}: an argument of compilation, never a flag read at run time. */
public enum Mode {
    /** {@code training=True}: batch statistics, random layers draw. */
    TRAINING("training"),
    /** {@code training=False}: moving statistics, random layers rest. */
    INFERENCE("inference"),
    /** Monte-Carlo prediction: random layers draw, everything else as in inference. */
    MONTE_CARLO("Monte Carlo");

    private final String words;

    Mode(String words) {
        this.words = words;
    }

    /** The mode in lower case, for people. */
    public String words() {
        return words;
    }
}
