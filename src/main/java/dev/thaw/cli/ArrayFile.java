package dev.thaw.cli;

import dev.thaw.data.Npy;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;

import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalInt;

/** Reads {@code .npy} files as the types that a model wants, and loses no number on the way. */
final class ArrayFile {
    private final Path path;

    ArrayFile(Path path) {
        this.path = FileCheck.input(path);
    }

    /**
     * The array as this type, by {@link Tensor#cast}. NaN and infinity are refused, and so are
     * numbers that have no place in an integer type.
     */
    Tensor read(DType wanted) {
        Tensor t = Npy.read(path);
        OptionalInt misfit = t.misfit(wanted);
        if (misfit.isPresent()) {
            int at = misfit.getAsInt();
            throw new Failure(
                    "%s: must hold whole numbers of %s here, got %s at %s; check that this is the right file, or choose another loss"
                            .formatted(
                                    path,
                                    wanted.name().toLowerCase(Locale.ROOT),
                                    t.element(at),
                                    t.shape().index(at)));
        }
        Tensor cast = t.cast(wanted);
        if (wanted == DType.FLOAT32) {
            requireFinite(cast);
        }
        return cast;
    }

    private void requireFinite(Tensor t) {
        float[] values = t.floats();
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new Failure(
                        "%s: holds %s first at %s; numbers must be finite, also as float32: clean the data first"
                                .formatted(path, values[i], t.shape().index(i)));
            }
        }
    }
}
