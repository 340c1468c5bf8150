package dev.thaw.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number from 0 to a limit. */
abstract class RateConverter implements ITypeConverter<Double> {
    private final double below;
    private final String rule;

    RateConverter(double below, String rule) {
        this.below = below;
        this.rule = rule;
    }

    /** A learning rate: finite, also as float32. */
    static final class LearningRate extends RateConverter {
        LearningRate() {
            super(Float.MAX_VALUE, "must be a number, finite and at least 0");
        }
    }

    /** A share: in [0, 1). */
    static final class Share extends RateConverter {
        Share() {
            super(1, "must be a number in [0, 1)");
        }
    }

    @Override
    public Double convert(String value) {
        try {
            double d = Double.parseDouble(value);
            if (d >= 0 && d < below) {
                return d;
            }
        } catch (NumberFormatException e) {
            // said below, together with the numbers that are out of range
        }
        throw new TypeConversionException(rule + ", got '" + value + "'");
    }
}
