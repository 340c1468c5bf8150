package dev.thaw.campaign;

/**
 * How a case ended.
 *
 * @param end which way
 * @param detail what was wrong, in a line; empty where nothing was
 */
public record Outcome(End end, String detail) {
    /** The ways to end; deaths and hangs are seen from outside alone. */
    public enum End {
        /** It did what it should. */
        FINE,
        /** An error that somebody wrote. */
        REFUSED,
        /** An error that nobody wrote. */
        RAW,
        /** What was saved does not load. */
        UNLOADABLE,
        /** Something else that must not be. */
        WRONG,
        /** The JVM ended. */
        DEATH,
        /** It took longer than {@link Campaign#HANG_SECONDS}. */
        HANG;

        /** Whether it is a fault of the library. */
        boolean isFault() {
            return ordinal() >= RAW.ordinal();
        }
    }

    /** It did what it should. */
    public static final Outcome FINE = new Outcome(End.FINE, "");

    /** An error that somebody wrote. */
    public static final Outcome REFUSED = new Outcome(End.REFUSED, "");

    /** Something that must not be. */
    public static Outcome wrong(String detail) {
        return new Outcome(End.WRONG, detail);
    }

    /** What was saved does not load. */
    public static Outcome unloadable(Throwable e) {
        return new Outcome(End.UNLOADABLE, words(e));
    }

    /** An error that nobody wrote. */
    public static Outcome raw(Throwable e) {
        return new Outcome(End.RAW, words(e));
    }

    private static String words(Throwable e) {
        for (StackTraceElement at : e.getStackTrace()) {
            if (at.getClassName().startsWith("dev.thaw")) {
                return e + " at " + at;
            }
        }
        return e.toString();
    }
}
