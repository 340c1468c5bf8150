package dev.thaw.graph;

import dev.thaw.layer.Mode;

import java.util.Optional;

/**
 * Which mode one call of a layer runs in, and why.
 *
 * @param mode the mode
 * @param reason the rule that decided
 * @param origin who gave it, in words; empty for {@link Reason#DEFAULT}
 */
public record Resolution(Mode mode, Reason reason, String origin) {
    /** The rules, strongest first; the last one is not a rule of its own but overrides training. */
    public enum Reason {
        /** This call was given a mode when the model was run. */
        EXPLICIT("explicit"),
        /** This call was given a mode when the graph was built. */
        BAKED("baked"),
        /** The call around it has a mode. */
        INHERITED("inherited"),
        /** The layer has a default of its own, valid inside it only. */
        OWN_DEFAULT("own default"),
        /** Nobody said anything: inference. */
        DEFAULT("default"),
        /** The mode would be training, but the layer is frozen and treats that as inference. */
        FROZEN("frozen");

        private final String words;

        Reason(String words) {
            this.words = words;
        }

        /** The reason in lower case, for people. */
        public String words() {
            return words;
        }
    }

    /**
     * Resolves a call: what it is given itself, else the caller's, else the layer's own, else
     * inference.
     */
    static Resolution of(Mode baked, String bakedAt, Resolution caller, Mode own, String ownName) {
        if (baked != null) {
            return new Resolution(baked, Reason.BAKED, bakedAt);
        }
        if (caller.isGiven()) {
            return new Resolution(caller.mode, Reason.INHERITED, caller.giver());
        }
        if (own != null) {
            return new Resolution(own, Reason.OWN_DEFAULT, ownName);
        }
        return caller;
    }

    /** The mode of the call that starts everything; inference where none is given. */
    static Resolution root(Optional<Mode> mode, String who) {
        return mode.map(m -> new Resolution(m, Reason.EXPLICIT, who))
                .orElseGet(() -> new Resolution(Mode.INFERENCE, Reason.DEFAULT, ""));
    }

    /** Who gave this mode, as a callee names it. */
    private String giver() {
        return reason == Reason.INHERITED ? origin : origin + " (" + reason.words() + ")";
    }

    /**
     * Whether calls inside inherit this mode; a bare default is not handed on, so that a layer's
     * own default counts.
     */
    boolean isGiven() {
        return reason != Reason.DEFAULT;
    }
}
