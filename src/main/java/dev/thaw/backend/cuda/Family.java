package dev.thaw.backend.cuda;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Ops that more than one implementation can run; a system property says which one does. */
enum Family {
    /**
     * Batch normalization in training, its gradient, and inference: our kernels, or cuDNN in its
     * spatial or its persistent mode. Measured by default.
     */
    BATCHNORM(
            "thaw.cuda.batchnorm",
            Family.AUTO,
            List.of("cudnn", "cudnn-persistent"),
            new BatchNormRehearsal(),
            ""),
    /**
     * Dropout and its gradient: Philox, by default, whose masks are the same on every backend; or
     * cuDNN, which keeps its generator's state and the mask on the device.
     */
    DROPOUT(
            "thaw.cuda.dropout",
            Candidate.OWN,
            List.of("cudnn"),
            new DropoutRehearsal(),
            "dropout by cuDNN draws masks that are neither those of other backends nor those of other plans; -Dthaw.cuda.dropout=own draws the same everywhere");

    /** The setting by which candidates are run and timed, and the fastest wins. */
    static final String AUTO = "auto";

    private final String property;
    private final String byDefault;
    private final List<String> others;
    private final Rehearsal rehearsal;
    private final String caveat;

    Family(
            String property,
            String byDefault,
            List<String> others,
            Rehearsal rehearsal,
            String caveat) {
        this.property = property;
        this.byDefault = byDefault;
        this.others = others;
        this.rehearsal = rehearsal;
        this.caveat = caveat;
    }

    String property() {
        return property;
    }

    Rehearsal rehearsal() {
        return rehearsal;
    }

    /** What a user must know where our own kernels do not run these; empty for nothing. */
    String caveat() {
        return caveat;
    }

    /** What all system properties say. */
    static Map<Family, String> wishes() {
        Map<Family, String> all = new EnumMap<>(Family.class);
        for (Family f : values()) {
            all.put(f, f.read());
        }
        return all;
    }

    /** What the system property says: {@link #AUTO} or the name of a candidate. */
    private String read() {
        String wish = System.getProperty(property, byDefault).strip();
        List<String> all = new ArrayList<>(List.of(AUTO, Candidate.OWN));
        all.addAll(others);
        if (!all.contains(wish)) {
            throw new IllegalArgumentException(
                    "%s: must be one of %s, got '%s'".formatted(property, all, wish));
        }
        return wish;
    }
}
