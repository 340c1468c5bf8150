package dev.thaw.cli;

import dev.thaw.data.Dataset;
import dev.thaw.data.TensorDataset;
import dev.thaw.layer.Symbol;
import dev.thaw.model.Model;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.Loss;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The rows to learn from or to be judged by. */
final class DataOptions {
    @Option(
            names = "--x",
            required = true,
            paramLabel = "X.npy",
            description =
                    "The inputs. Several: repeat it for each, in the model's order or by name, NAME=X.npy.")
    private List<String> x;

    @Option(
            names = "--y",
            required = true,
            paramLabel = "Y.npy",
            description =
                    "The targets. Several: repeat it for each output, in the model's order or by name, NAME=Y.npy.")
    private List<String> y;

    @Option(
            names = "--sample-weight",
            paramLabel = "W.npy",
            description =
                    "A factor for each row's loss, or for each of its time steps. Several outputs: one file for all, or repeat it for each.")
    private List<Path> sampleWeights = new ArrayList<>();

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "32",
            converter = CountConverter.Positive.class,
            description = "Rows at a time; default ${DEFAULT-VALUE}.")
    private int batchSize;

    int batchSize() {
        return batchSize;
    }

    /** The arrays in the types that this model and its losses take. */
    Dataset read(Model model) {
        List<Loss> losses = model.compilation().map(Compilation::losses).orElse(List.of());
        List<String> names = model.outputNames();
        // outputs without a loss need no targets
        List<Integer> judged = model.compilation().map(Compilation::judged).orElse(List.of());
        if (judged.size() == y.size() && judged.size() < losses.size()) {
            losses = judged.stream().map(losses::get).toList();
            names = judged.stream().map(model.outputNames()::get).toList();
        }
        List<Tensor> targets = new ArrayList<>();
        List<Path> files = NamedFile.inOrder("--y", y, names, model.outputStructure());
        for (int i = 0; i < files.size(); i++) {
            DType wanted = i < losses.size() ? losses.get(i).targetType() : DType.FLOAT32;
            targets.add(new ArrayFile(files.get(i)).read(wanted));
        }
        TensorDataset data =
                new TensorDataset(tensors("--x", model, x), targets, weights(targets.size()));
        return named(model, data, names);
    }

    /** Data in a model's order, under its names where only these tell. */
    private static Dataset named(Model model, Dataset data, List<String> targets) {
        boolean dictionary = model.inputStructure().isNamed() || model.outputStructure().isNamed();
        return dictionary ? data.named(model.inputNames(), targets) : data;
    }

    /** Inputs to predict on, in the types that a model takes. */
    static Dataset inputs(Model model, List<String> arguments) {
        return named(model, Dataset.of(tensors("X.npy", model, arguments)), List.of());
    }

    private static List<Tensor> tensors(String option, Model model, List<String> arguments) {
        List<Path> files =
                NamedFile.inOrder(option, arguments, model.inputNames(), model.inputStructure());
        List<Symbol> wanted = model.inputs();
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            DType type = i < wanted.size() ? wanted.get(i).dtype() : DType.FLOAT32;
            all.add(new ArrayFile(files.get(i)).read(type));
        }
        return all;
    }

    private List<Optional<Tensor>> weights(int outputs) {
        List<Optional<Tensor>> all = new ArrayList<>();
        for (Path file : sampleWeights) {
            Tensor w = new ArrayFile(file).read(DType.FLOAT32);
            Shape s = w.shape();
            // a column, as tables have them, is a number per row
            boolean column = s.rank() == 2 && s.last() == 1;
            all.add(Optional.of(column ? w.reshape(s.sub(0, 1)) : w));
        }
        return all.size() == 1 ? Collections.nCopies(outputs, all.get(0)) : all;
    }
}
