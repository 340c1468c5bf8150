package dev.thaw.backend.cuda;

import jcuda.jcudnn.cudnnDeterminism;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * One pass of a convolution: its result, or one of its gradients. cuDNN's functions for them are
 * alike but for their names and the order of what they take.
 *
 * @param name as in the functions' names
 * @param found room for what cuDNN proposes
 * @param read takes a proposal out of it
 * @param guess asks for algorithms, the fastest first
 * @param find measures them
 * @param size asks for an algorithm's memory
 */
record CudnnPass<P>(
        String name,
        P[] found,
        Function<P, Proposal> read,
        Guess<P> guess,
        Find<P> find,
        Size size) {
    private static final Logger LOG = LoggerFactory.getLogger(CudnnPass.class);

    /** How many are asked for. */
    static final int ALGORITHMS = 8;

    /** Each pass has one of this number. */
    private static final int FIRST_ALGORITHM = 0;

    private static final long MOST_WORKSPACE = 1L << 30;

    /** An algorithm and the memory that it needs. */
    record Choice(int algorithm, long bytes) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "cuDNN's algorithm %d, %,d bytes of its own", algorithm, bytes);
        }
    }

    /** An algorithm that cuDNN proposes. */
    record Proposal(int algorithm, int status, int determinism) {}

    /** Gives a status, how many there are, and which ones. */
    @FunctionalInterface
    interface Guess<P> {
        int ask(int[] count, P[] found);
    }

    /** The same, on memory for all tensors. */
    @FunctionalInterface
    interface Find<P> {
        int ask(CudnnFind.Room room, int[] count, P[] found);
    }

    /** Gives a status, and where that is success the memory. */
    @FunctionalInterface
    interface Size {
        int ask(int algorithm, long[] bytes);
    }

    /** Room for what cuDNN proposes. */
    static <P> P[] room(P[] empty, Supplier<P> one) {
        Arrays.setAll(empty, i -> one.get());
        return empty;
    }

    /**
     * Chooses by cuDNN's guess or, where the setting says so and there is room, its measurement.
     *
     * @param doing the op with its operands
     * @param x bytes of the images
     * @param w bytes of the filters
     * @param y bytes of the result
     */
    Choice choose(Engine engine, String doing, long x, long w, long y) {
        if (engine.finds()) {
            Choice measured =
                    CudnnFind.measure(
                            engine,
                            x,
                            w,
                            y,
                            room ->
                                    first(
                                            "cudnnFindConvolution%sAlgorithmEx",
                                            doing, count -> find.ask(room, count, found)));
            if (measured != null) {
                return measured;
            }
            LOG.warn("{}: no room to measure its algorithms in, so cuDNN guesses", doing);
        }
        return first("cudnnGetConvolution%sAlgorithm_v7", doing, count -> guess.ask(count, found));
    }

    /**
     * The first, and so the fastest, that gives the same bits each time and fits. Where there is
     * none, cuDNN refuses. Where it refuses at once, it leaves the number of algorithms unwritten;
     * JCuda copies as many as that happens to say, and its array ends before. What cuDNN answered
     * is then lost, and another question is asked for a reason.
     */
    private Choice first(String function, String doing, ToIntFunction<int[]> ask) {
        String call = function.formatted(name);
        int[] count = new int[1];
        try {
            Status.cudnn(ask.applyAsInt(count), call, doing);
        } catch (ArrayIndexOutOfBoundsException e) {
            int reason = size.ask(FIRST_ALGORITHM, new long[1]);
            throw new CudnnException(
                    doing,
                    "%s failed, and to the question for a workspace the answer is %s"
                            .formatted(call, Status.cudnnError(reason)));
        }
        List<String> answers = new ArrayList<>();
        for (P place : Arrays.copyOf(found, count[0])) {
            Proposal p = read.apply(place);
            long[] bytes = new long[1];
            int status = p.status() == 0 ? size.ask(p.algorithm(), bytes) : p.status();
            if (status == 0
                    && p.determinism() == cudnnDeterminism.CUDNN_DETERMINISTIC
                    && bytes[0] <= MOST_WORKSPACE) {
                return new Choice(p.algorithm(), bytes[0]);
            }
            String why =
                    status != 0
                            ? Status.cudnnError(status)
                            : bytes[0] > MOST_WORKSPACE
                                    ? "needs " + bytes[0] + " bytes"
                                    : "not deterministic";
            answers.add(p.algorithm() + ": " + why);
        }
        throw new CudnnException(
                doing, "%s: none will do (%s)".formatted(call, String.join(", ", answers)));
    }
}
