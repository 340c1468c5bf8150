package dev.thaw.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A whole number, at least so much. */
abstract class CountConverter implements ITypeConverter<Integer> {
    private final int least;

    CountConverter(int least) {
        this.least = least;
    }

    /** At least 1. */
    static final class Positive extends CountConverter {
        Positive() {
            super(1);
        }
    }

    /** At least 0. */
    static final class NotNegative extends CountConverter {
        NotNegative() {
            super(0);
        }
    }

    /** At least 2: what a standard deviation needs. */
    static final class Several extends CountConverter {
        Several() {
            super(2);
        }
    }

    @Override
    public Integer convert(String value) {
        try {
            int n = Integer.parseInt(value);
            if (n >= least) {
                return n;
            }
        } catch (NumberFormatException e) {
            // said below, together with the numbers that are too small
        }
        throw new TypeConversionException(
                "must be a whole number, at least " + least + ", got '" + value + "'");
    }
}
