package dev.thaw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.data.TensorDataset;
import dev.thaw.io.keras.KerasFiles;
import dev.thaw.model.FitOptions;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.MeanAbsoluteError;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Files that say how they were compiled, and with which optimizer state. */
class CompiledFilesTest {
    @TempDir Path folder;

    private Outcome fitSiblings(Path from, Path to, Object... more) {
        List<Object> args = SmallModels.siblingsOptions(from, folder);
        args.add(0, "fit");
        args.addAll(List.of("-o", to, "--batch-size", 3, "--no-shuffle"));
        args.addAll(Arrays.asList(more));
        return Outcome.of(args.toArray()).fine();
    }

    @Test
    void aCompiledFileGoesOnWhereItStopped() {
        Path start = SmallModels.save(SmallModels.siblings(), folder.resolve("start.keras"));
        Object[] adam = {"--optimizer", "adam", "--loss", "mse", "--metric", "mae"};
        Path whole = folder.resolve("whole.keras");
        Path half = folder.resolve("half.keras");
        Path rest = folder.resolve("rest.keras");
        Object[] twice = Arrays.copyOf(adam, adam.length + 2);
        twice[adam.length] = "--epochs";
        twice[adam.length + 1] = 2;
        Outcome wanted = fitSiblings(start, whole, twice);
        fitSiblings(start, half, adam);
        assertThat(fitSiblings(half, rest).out()).isEqualTo(wanted.out());
        try (Model a = KerasFiles.load(whole);
                Model b = KerasFiles.load(rest)) {
            SmallModels.requireSame(a, b);
            assertThat(b.compilation().orElseThrow().optimizer().iterations()).isEqualTo(6);
        }
    }

    @Test
    void theRateOrTheLossAloneKeepTheOptimizersState() {
        Path start = SmallModels.save(SmallModels.siblings(), folder.resolve("start.keras"));
        Path half = folder.resolve("half.keras");
        Path got = folder.resolve("got.keras");
        fitSiblings(start, half, "--optimizer", "adam", "--loss", "mse");
        fitSiblings(half, got, "--lr", ".5", "--loss", "mae");
        try (Model a = KerasFiles.load(half);
                Model b = KerasFiles.load(got)) {
            Compilation c = a.compilation().orElseThrow();
            c.optimizer().setLearningRate(.5);
            a.compile(
                    Compilation.of(
                            c.optimizer(),
                            List.of(new MeanAbsoluteError(), new MeanAbsoluteError())));
            List<Tensor> data = SmallModels.siblingsData();
            a.fit(
                    new TensorDataset(data.subList(0, 2), data.subList(2, 4), Optional.empty()),
                    FitOptions.epochs(1)
                            .withBatchSize(3)
                            .withShuffle(false)
                            .withVerbosity(FitOptions.Verbosity.SILENT));
            SmallModels.requireSame(a, b);
            assertThat(b.compilation().orElseThrow().optimizer().iterations()).isEqualTo(6);
        }
    }

    @Test
    void aCompiledFileIsEvaluatedByItsOwnLoss() {
        Path start = SmallModels.save(SmallModels.siblings(), folder.resolve("start.keras"));
        Path compiled = folder.resolve("compiled.keras");
        fitSiblings(start, compiled, "--optimizer", "sgd", "--loss", "mse", "--metric", "mae");
        List<Object> own = SmallModels.siblingsOptions(compiled, folder);
        own.add(0, "evaluate");
        List<Object> named = new ArrayList<>(own);
        named.addAll(List.of("--loss", "mse", "--metric", "mae"));
        String out = Outcome.of(own.toArray()).fine().out();
        assertThat(out).contains("first_loss: ", "second_mae: ");
        assertThat(Outcome.of(named.toArray()).fine().out()).isEqualTo(out);
    }
}
