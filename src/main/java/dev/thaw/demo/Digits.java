package dev.thaw.demo;

import dev.thaw.data.Dataset;
import dev.thaw.data.Idx;
import dev.thaw.data.TensorDataset;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.stream.IntStream;

/**
 * Handwritten digits (MNIST, of LeCun, Cortes and Burges): images [N, 28, 28, 1] in [0, 1] and the
 * digit of each.
 *
 * @param images the pixels
 * @param labels the digits
 */
record Digits(Tensor images, Tensor labels) {
    /** The part that rides in the jar: 20,000 digits to learn from. */
    static Digits training() {
        return load("train");
    }

    /** The part that rides in the jar: 4,000 digits to be judged by. */
    static Digits test() {
        return load("t10k");
    }

    private static Digits load(String part) {
        return new Digits(
                Idx.images(Digits.class, "mnist/" + part + "-images-idx3-ubyte.gz"),
                Idx.labels(Digits.class, "mnist/" + part + "-labels-idx1-ubyte.gz"));
    }

    /** The digits from {@code first} to {@code last}, relabelled from 0. */
    Digits between(int first, int last) {
        int[] all = labels.ints();
        int[] rows =
                IntStream.range(0, all.length)
                        .filter(i -> all[i] >= first && all[i] <= last)
                        .toArray();
        int[] relabelled = IntStream.of(rows).map(i -> all[i] - first).toArray();
        return new Digits(images.gather(rows), Tensor.of(relabelled));
    }

    /** At most so many, from the first on. */
    Digits first(int most) {
        int n = Math.min(most, count());
        return new Digits(images.rows(0, n), labels.rows(0, n));
    }

    /** Each image as one row of 784 pixels. */
    Digits flat() {
        int n = images.shape().dim(0);
        return new Digits(images.reshape(Shape.of(n, images.size() / n)), labels);
    }

    TensorDataset data() {
        return Dataset.of(images, labels);
    }

    int count() {
        return labels.size();
    }
}
