package dev.thaw.tensor;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * A named value that lasts: a weight, a moving statistic, an optimizer slot, a counter.
 *
 * <p>It lives on the host until a plan takes it to a device; from then on {@link #value()} reads
 * from there and {@link #assign} writes to there. Its first value is made when it is first wanted.
 */
public final class Variable {
    /** Where the value is kept while it is not on the host. */
    public interface Home {
        /** The current value, copied to the host; null where the variable has just left. */
        Tensor read(Variable variable);

        /** Replaces the value; false where the variable has just left. */
        boolean write(Variable variable, Tensor value);
    }

    private final String name;
    private final Shape shape;
    private final DType dtype;
    private final boolean createdTrainable;
    private Supplier<Tensor> initial;
    private boolean trainable;
    private Tensor host;
    private volatile Home home;

    /**
     * @param createdTrainable whether gradients may ever change it; moving statistics are created
     *     false and never become trainable
     */
    public Variable(
            String name,
            Shape shape,
            DType dtype,
            boolean createdTrainable,
            Supplier<Tensor> initial) {
        this.name = Objects.requireNonNull(name);
        this.shape = shape;
        this.dtype = dtype;
        this.createdTrainable = createdTrainable;
        this.trainable = createdTrainable;
        this.initial = initial;
    }

    /** A variable that gradients never change: a counter, a slot, an accumulator. */
    public static Variable state(String name, Tensor initial) {
        return new Variable(name, initial.shape(), initial.dtype(), false, initial::copy);
    }

    /** The name within its owner: {@code kernel}, {@code moving_mean}. */
    public String name() {
        return name;
    }

    /** The extents. */
    public Shape shape() {
        return shape;
    }

    /** The element type. */
    public DType dtype() {
        return dtype;
    }

    /** Whether it was made as a trainable variable; fixed for life. */
    public boolean createdTrainable() {
        return createdTrainable;
    }

    /** Whether gradients may change it now. */
    public boolean trainable() {
        return trainable;
    }

    /** Sets the flag; a variable that was not created as trainable stays as it is, as in Keras. */
    public void setTrainable(boolean value) {
        trainable = value && createdTrainable;
    }

    /**
     * The current value. Changing its array changes nothing here once the variable is on a device.
     */
    public Tensor value() {
        while (true) {
            Home where = home;
            Tensor value = where == null ? onHost() : where.read(this);
            if (value != null) {
                return value;
            }
        }
    }

    /** Replaces the value. */
    public void assign(Tensor value) {
        if (!value.shape().equals(shape) || value.dtype() != dtype) {
            throw new IllegalArgumentException(
                    "%s: expects %s %s, got %s %s"
                            .formatted(name, dtype, shape, value.dtype(), value.shape()));
        }
        Home where = home;
        while (where == null ? !assignOnHost(value) : !where.write(this, value)) {
            where = home;
        }
    }

    /** False where the variable has just left the host. */
    private synchronized boolean assignOnHost(Tensor value) {
        if (home == null) {
            initial = null;
            host = value.copy();
        }
        return home == null;
    }

    /**
     * The device memory that keeps the value from now on; it has taken the bytes already.
     *
     * @param taken what {@link #value()} was when it took them
     * @return false where somebody has assigned another value since; then nothing changes
     */
    public synchronized boolean settle(Home newHome, Tensor taken) {
        if (home != null || host != taken) {
            return false;
        }
        home = newHome;
        host = null;
        initial = null;
        return true;
    }

    /** Ends the stay on a device: the value is back on the host. */
    public synchronized void comeBack(Tensor value) {
        host = value;
        home = null;
    }

    /** Where the value lives now; null on the host. */
    public Home home() {
        return home;
    }

    /** Null where the variable has just left the host. */
    private synchronized Tensor onHost() {
        if (home != null) {
            return null;
        }
        if (host == null) {
            Tensor made = initial.get();
            if (!made.shape().equals(shape) || made.dtype() != dtype) {
                throw new IllegalStateException(
                        "%s: its initializer must make %s %s, it made %s %s"
                                .formatted(name, dtype, shape, made.dtype(), made.shape()));
            }
            host = made;
            initial = null;
        }
        return host;
    }

    @Override
    public String toString() {
        return "%s %s".formatted(name, shape);
    }
}
