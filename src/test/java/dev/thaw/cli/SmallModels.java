package dev.thaw.cli;

import static dev.thaw.layer.activation.ActivationFunction.RELU;
import static dev.thaw.layer.activation.ActivationFunction.SOFTMAX;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.data.Npy;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Input;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.Tensor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Models and data of a few numbers, in files. */
final class SmallModels {
    static final int ROWS = 20;
    static final int FEATURES = 4;
    static final int CLASSES = 3;

    private SmallModels() {}

    /** Four numbers in, three classes out, with batch normalization and dropout between. */
    static Model classifier() {
        RandomSeed.set(3);
        return new Sequential(
                        Input.named("features", FEATURES),
                        new Dense(8, RELU).named("hidden"),
                        new BatchNormalization().named("bn"),
                        new Dropout(.5).named("drop"),
                        new Dense(CLASSES, SOFTMAX).named("head"))
                .named("classifier");
    }

    /** Two inputs, two outputs. */
    static Model siblings() {
        RandomSeed.set(4);
        Symbol left = Input.named("left", 2);
        Symbol right = Input.named("right", 3);
        Symbol sum = new Add().apply(List.of(new Dense(4).apply(left), new Dense(4).apply(right)));
        return new Model(
                        List.of(left, right),
                        List.of(
                                new Dense(1).named("first").apply(sum),
                                new Dense(2).named("second").apply(sum)))
                .named("siblings");
    }

    /** Saves a model. */
    static Path save(Model model, Path file) {
        try (model) {
            KerasFiles.save(model, file);
        }
        return file;
    }

    /** Numbers of a normal distribution. */
    static Tensor normal(long seed, int... dims) {
        int n = 1;
        for (int d : dims) {
            n *= d;
        }
        Random random = new Random(seed);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, dims);
    }

    /** Classes of rows. */
    static Tensor classes() {
        int[] labels = new int[ROWS];
        for (int i = 0; i < ROWS; i++) {
            labels[i] = i % CLASSES;
        }
        return Tensor.of(labels);
    }

    /** Writes an array. */
    static Path array(Path file, Tensor tensor) {
        Npy.write(file, tensor);
        return file;
    }

    /** Rows for the siblings: two inputs, two targets. */
    static List<Tensor> siblingsData() {
        return List.of(normal(5, 7, 2), normal(6, 7, 3), normal(7, 7, 1), normal(8, 7, 2));
    }

    /** A file of the siblings, and their data in files, as arguments. */
    static List<Object> siblingsOptions(Path model, Path folder) {
        List<Object> args = new ArrayList<>(List.of(model));
        List<Tensor> data = siblingsData();
        for (int i = 0; i < data.size(); i++) {
            args.add(i < 2 ? "--x" : "--y");
            args.add(array(folder.resolve("data" + i + ".npy"), data.get(i)));
        }
        return args;
    }

    /** The weights must be bit-identical. */
    static void requireSame(Model a, Model b) {
        List<Tensor> left = a.getWeights();
        List<Tensor> right = b.getWeights();
        assertThat(left).hasSameSizeAs(right);
        for (int i = 0; i < left.size(); i++) {
            assertThat(left.get(i).bitEquals(right.get(i))).as("weight %d", i).isTrue();
        }
    }
}
