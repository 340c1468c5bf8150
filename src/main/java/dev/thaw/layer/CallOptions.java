package dev.thaw.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * What a call of a layer is given besides its inputs, while a graph is built: {@code layer(x,
 * training=.., mask=..)}.
 *
 * @param mode counts as given ever after; null where the caller decides
 * @param masks which positions of each input count, for this call alone: 1 or 0, usually of the
 *     input's shape without its last axis; null for the mask that the input has by itself. Empty
 *     where no mask is given
 */
public record CallOptions(Mode mode, List<Symbol> masks) {
    /** Nothing is given. */
    public static final CallOptions NONE = new CallOptions(null, List.of());

    /** Keeps its own copy of the masks. */
    public CallOptions {
        masks = Collections.unmodifiableList(new ArrayList<>(masks));
    }

    /** A fixed mode, or null for none. */
    public static CallOptions mode(Mode mode) {
        return new CallOptions(mode, List.of());
    }

    /** A mask for each input. */
    public static CallOptions masks(Symbol... masks) {
        return new CallOptions(null, Arrays.asList(masks));
    }

    /** The same in a fixed mode. */
    public CallOptions withMode(Mode value) {
        return new CallOptions(value, masks);
    }
}
