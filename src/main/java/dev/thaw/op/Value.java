package dev.thaw.op;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

/**
 * A slot of a program: what an op reads or writes. It names no memory; the plan gives it some.
 *
 * @param id its number within the program
 * @param name a readable name, not unique
 * @param shape its extents, all known
 * @param dtype its element type
 * @param role where its content comes from
 */
public record Value(int id, String name, Shape shape, DType dtype, Role role) {
    /** Where the content of a value comes from. */
    public enum Role {
        /** Fed before each run. */
        INPUT,
        /** Kept between runs. */
        VARIABLE,
        /** Fixed when the program is made. */
        CONSTANT,
        /** Written by an op of the program. */
        TEMP
    }

    /** The number of elements. */
    public long size() {
        return shape.size();
    }

    @Override
    public boolean equals(Object o) {
        return this == o;
    }

    @Override
    public int hashCode() {
        return id;
    }

    @Override
    public String toString() {
        return "%" + id;
    }
}
