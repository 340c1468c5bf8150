package dev.thaw.backend.cuda;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * What cuDNN may do in the stead of our own kernels. The system property {@link #PROPERTY} lists it
 * before the device is opened; by default it is nothing, as nothing has been measured to be faster.
 * Where cuDNN does not have an op's exact meaning, our kernel runs all the same.
 */
enum CudnnUse {
    /** Batch normalization without residual and rectifier, and its gradient through the batch. */
    BATCHNORM,
    /** The same in cuDNN's spatial persistent mode. */
    BATCHNORM_PERSISTENT;

    /** Names in lower case, with commas between and a hyphen for the underscore. */
    static final String PROPERTY = "thaw.cuda.cudnn";

    /** What the system property says. */
    static Set<CudnnUse> read() {
        Set<CudnnUse> all = EnumSet.noneOf(CudnnUse.class);
        for (String word : System.getProperty(PROPERTY, "").split(",")) {
            if (!word.isBlank()) {
                all.add(parse(word.strip()));
            }
        }
        return all;
    }

    private static CudnnUse parse(String word) {
        for (CudnnUse u : values()) {
            if (u.toString().equals(word)) {
                return u;
            }
        }
        throw new IllegalArgumentException(
                PROPERTY
                        + ": must list some of "
                        + EnumSet.allOf(CudnnUse.class)
                        + ", got '"
                        + word
                        + "'");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
