package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Kernel;

/** Several kernels that make up one op. */
final class Sequence implements Kernel {
    private final Kernel[] kernels;

    private Sequence(Kernel[] kernels) {
        this.kernels = kernels;
    }

    static Kernel of(Kernel... kernels) {
        return kernels.length == 1 ? kernels[0] : new Sequence(kernels);
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
