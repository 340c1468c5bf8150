package dev.thaw.backend.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Several kernels that make up one op: launched in order, closed with it in the opposite one. */
public final class Sequence implements Kernel {
    private final Kernel[] kernels;

    private Sequence(Kernel[] kernels) {
        this.kernels = kernels;
    }

    /** These kernels as one; a single one is itself. */
    public static Kernel of(Kernel... kernels) {
        return kernels.length == 1 ? kernels[0] : new Sequence(kernels);
    }

    /** Those that this adds to a list, in order; where one cannot be had, the others are closed. */
    public static Kernel gather(Consumer<List<Kernel>> adding) {
        List<Kernel> all = new ArrayList<>();
        try {
            adding.accept(all);
        } catch (RuntimeException | Error e) {
            new Sequence(all.toArray(Kernel[]::new)).close();
            throw e;
        }
        return of(all.toArray(Kernel[]::new));
    }

    @Override
    public void refresh() {
        for (Kernel k : kernels) {
            k.refresh();
        }
    }

    @Override
    public void launch() {
        for (Kernel k : kernels) {
            k.launch();
        }
    }

    @Override
    public void close() {
        for (int i = kernels.length - 1; i >= 0; i--) {
            kernels[i].close();
        }
    }
}
