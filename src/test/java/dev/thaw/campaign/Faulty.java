package dev.thaw.campaign;

import java.nio.file.Path;

/** Ends badly now and then, for the test of the campaign itself. */
record Faulty(Outcome.End end) implements Attack {
    static final String NAME = "faulty-";

    @Override
    public Outcome run(Choices random, Path folder) {
        random.nextInt();
        if (end != Outcome.End.HANG && random.nextInt(20) != 7) {
            return Outcome.FINE;
        }
        return switch (end) {
            case DEATH -> {
                Runtime.getRuntime().halt(3);
                yield null;
            }
            case HANG -> spin();
            case RAW -> throw new ArithmeticException("nobody wrote this");
            default -> new Outcome(end, "by intention");
        };
    }

    private static Outcome spin() {
        while (true) {
            Thread.onSpinWait();
        }
    }
}
