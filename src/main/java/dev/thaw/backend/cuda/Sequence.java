package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Several kernels that make up one op. */
final class Sequence implements Kernel {
    private final Kernel[] kernels;

    private Sequence(Kernel[] kernels) {
        this.kernels = kernels;
    }

    static Kernel of(Kernel... kernels) {
        return kernels.length == 1 ? kernels[0] : new Sequence(kernels);
    }

    /** Those that this adds to a list, in order; where one cannot be had, the others are closed. */
    static Kernel gather(Consumer<List<Kernel>> steps) {
        List<Kernel> all = new ArrayList<>();
        try {
            steps.accept(all);
        } catch (RuntimeException | Error e) {
            new Sequence(all.toArray(Kernel[]::new)).close();
            throw e;
        }
        return of(all.toArray(Kernel[]::new));
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
