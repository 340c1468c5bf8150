package dev.thaw.io.keras;

import dev.thaw.config.ConfigException;
import dev.thaw.io.hdf5.Hdf5Dataset;
import dev.thaw.layer.Weight;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/** Values for variables, checked one by one and taken over together: all or none. */
final class Assignment {
    private final Map<Variable, Tensor> values = new LinkedHashMap<>();

    /** Notes a weight's value. */
    void put(Hdf5Dataset value, Weight weight) {
        put(value, weight, UnaryOperator.identity());
    }

    /** Notes a weight's value as it comes out of a change. */
    void put(Hdf5Dataset value, Weight weight, UnaryOperator<Tensor> change) {
        String name = weight.layer().name() + "/" + weight.spec().name();
        put(value, name, weight.variable(), change);
    }

    /** Notes a variable's value. */
    void put(Hdf5Dataset value, String name, Variable variable) {
        put(value, name, variable, UnaryOperator.identity());
    }

    /**
     * Notes what becomes of a value. A wrong shape is refused before anything of its size is made.
     */
    void put(Hdf5Dataset value, String name, Variable variable, UnaryOperator<Tensor> change) {
        if (!value.shape().equals(variable.shape())) {
            throw new ConfigException(
                    value.path(),
                    "%s has shape %s, the file has %s"
                            .formatted(name, variable.shape(), value.shape()),
                    "the file belongs to another model");
        }
        Tensor read = converted(value.path(), value.read(), variable.dtype());
        values.put(variable, change.apply(read));
    }

    /** Takes over what another one has noted. */
    void add(Assignment other) {
        values.putAll(other.values);
    }

    boolean has(Variable variable) {
        return values.containsKey(variable);
    }

    /** Gives all variables their values. */
    void apply() {
        values.forEach(Variable::assign);
    }

    private static Tensor converted(String where, Tensor t, DType to) {
        OptionalInt misfit = t.misfit(to);
        if (misfit.isPresent()) {
            int at = misfit.getAsInt();
            throw new ConfigException(
                    where,
                    "must hold whole numbers of %d bits, got %s at %s"
                            .formatted(8 * to.bytes(), t.element(at), t.shape().index(at)),
                    "");
        }
        return t.cast(to);
    }
}
