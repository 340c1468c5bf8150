package dev.thaw.backend.cpu;

/** A process of its own, as OpenMP reads its variables once: are products right, on each thread? */
public final class OpenMpProcess {
    private OpenMpProcess() {}

    /**
     * Prints {@code right} or {@code wrong} per Java thread, then the threads that oneDNN gets, and
     * whether a check notices that a product got fewer than all.
     */
    public static void main(String[] args) throws InterruptedException {
        Dnnl.get();
        Runnable product =
                () ->
                        System.out.println(
                                ThreadCheck.passes(Dnnl.mostThreads()) ? "right" : "wrong");
        product.run();
        Thread other = new Thread(product);
        other.start();
        other.join();
        System.out.println("threads " + Dnnl.mostThreads());
        System.out.println("all threads " + ThreadCheck.passes(Workers.SLOTS));
    }
}
