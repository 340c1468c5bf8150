package dev.thaw.io.keras;

/**
 * How weights of a file find their places in a network that is not the one that was saved: a net
 * with another head, or a trunk alone.
 *
 * @param match what tells which layer a file's weights are for
 * @param skipsMismatch whether a layer whose weights have other shapes in the file keeps its own;
 *     where not, the file is refused
 */
public record LoadWeightsOptions(Match match, boolean skipsMismatch) {
    /** What tells which layer a file's weights are for. */
    public enum Match {
        /** The place: the file and the network have the same layers with weights, in one order. */
        ORDER,
        /** The layer's name; what has no counterpart stays as it is. */
        NAME
    }

    /** By the order of layers alone, whatever they are called. */
    public static LoadWeightsOptions byOrder() {
        return new LoadWeightsOptions(Match.ORDER, false);
    }

    /**
     * By the names of layers, and of the models around them as far as that is needed to tell them
     * apart, as {@code load_weights(by_name=True)} of Keras 2 does for its {@code .h5}.
     */
    public static LoadWeightsOptions byName() {
        return new LoadWeightsOptions(Match.NAME, false);
    }

    /** The same, but a layer whose weights have other shapes in the file keeps its own. */
    public LoadWeightsOptions skippingMismatch() {
        return new LoadWeightsOptions(match, true);
    }
}
