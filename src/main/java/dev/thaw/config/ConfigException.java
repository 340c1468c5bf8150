package dev.thaw.config;

import java.util.function.Supplier;

/**
 * A configuration is not what it should be. The message is {@code place: rule, got value; remedy},
 * without what is not known.
 */
public final class ConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String place;
    private final String rule;
    private final String remedy;

    /**
     * @param place where: a path within a file, or an object's name; empty where not known
     * @param rule what must hold, and what was found instead
     * @param remedy what the owner can do; empty where not known
     */
    public ConfigException(String place, String rule, String remedy) {
        this(place, rule, remedy, null);
    }

    /** With what caused it. */
    public ConfigException(String place, String rule, String remedy, Throwable cause) {
        super(
                (place.isEmpty() ? "" : place + ": ")
                        + rule
                        + (remedy.isEmpty() ? "" : "; " + remedy),
                cause);
        this.place = place;
        this.rule = rule;
        this.remedy = remedy;
    }

    /** Does what an object may refuse by a check of its own, and adds the place to that. */
    public static <T> T within(String where, Supplier<T> work) {
        try {
            return work.get();
        } catch (ConfigException e) {
            throw e.place.startsWith(where) ? e : new ConfigException(where, e.getMessage(), "", e);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new ConfigException(where, e.getMessage(), "", e);
        }
    }

    /** Where: a path within a file, or an object's name; empty where not known. */
    public String place() {
        return place;
    }

    /** What must hold, and what was found instead. */
    public String rule() {
        return rule;
    }

    /** What the owner can do; empty where not known. */
    public String remedy() {
        return remedy;
    }
}
