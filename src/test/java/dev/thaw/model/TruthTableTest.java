package dev.thaw.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.data.Dataset;
import dev.thaw.data.TensorDataset;
import dev.thaw.graph.Explanation;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How {@code training} is resolved, cell by cell: what is baked at a node, against how the outer
 * model is run, for each kind of thing that can stand at the node. Behaviour is observed twice:
 * what {@code explain} says, and whether moving statistics moved and dropout dropped.
 */
class TruthTableTest {
    private static final int FEATURES = 64;
    private static final Tensor X = data();

    /**
     * What stands at the node; each holds a batch normalization called {@code inner_bn} and a
     * dropout.
     */
    enum Subject {
        LAYER,
        FUNCTIONAL,
        SEQUENTIAL,
        /** A Functional in a Sequential in a Functional. */
        DEEPLY_NESTED
    }

    /** How the outer model is run. */
    enum Run {
        CALL(Mode.INFERENCE),
        CALL_TRAINING(Mode.TRAINING),
        FIT(Mode.TRAINING),
        TRAIN_ON_BATCH(Mode.TRAINING),
        CALL_INFERENCE(Mode.INFERENCE),
        EVALUATE(Mode.INFERENCE),
        PREDICT(Mode.INFERENCE);

        private final Mode asCalled;

        Run(Mode asCalled) {
            this.asCalled = asCalled;
        }
    }

    static Stream<Arguments> cells() {
        List<Arguments> cells = new ArrayList<>();
        for (Subject subject : Subject.values()) {
            for (Mode baked : new Mode[] {null, Mode.INFERENCE, Mode.TRAINING}) {
                for (Run run : Run.values()) {
                    cells.add(Arguments.of(subject, baked, run));
                }
            }
        }
        return cells.stream();
    }

    @ParameterizedTest(name = "{0} baked {1}, {2}")
    @MethodSource("cells")
    void theNodeRunsAsItsRowSaysAndTheLayerAfterItAsIfNothingWereBaked(
            Subject subject, Mode baked, Run run) {
        BatchNormalization innerBn = new BatchNormalization();
        innerBn.named("inner_bn");
        BatchNormalization afterBn = new BatchNormalization();
        afterBn.named("after_bn");
        Symbol in = Input.of(FEATURES);
        Symbol x = called(node(subject, innerBn), in, baked);
        try (Model model = new Model(in, afterBn.apply(x))) {
            Tensor innerBefore = innerBn.variable("moving_mean").value().copy();
            Tensor afterBefore = afterBn.variable("moving_mean").value().copy();

            run(model, run);

            Mode inner = baked == null ? run.asCalled : baked;
            assertThat(moved(innerBn, innerBefore))
                    .as("statistics at the node")
                    .isEqualTo(inner == Mode.TRAINING);
            assertThat(moved(afterBn, afterBefore))
                    .as("statistics after the node")
                    .isEqualTo(run.asCalled == Mode.TRAINING);
            Explanation e = explanation(model, run);
            assertThat(innermost(e, "inner_bn").mode()).isEqualTo(inner);
            assertThat(innermost(e, "after_bn").mode()).isEqualTo(run.asCalled);
        }
    }

    @ParameterizedTest(name = "dropout at the node: {0} baked {1}, {2}")
    @MethodSource("cells")
    void dropoutAtTheNodeAndAfterItDropsWhereItsRowSaysTraining(
            Subject subject, Mode baked, Run run) {
        Symbol in = Input.of(FEATURES);
        Layer node = node(subject, new Dropout(.5).named("inner_drop"));
        Layer afterwards = new Dropout(.5).named("after_drop");
        List<Symbol> out = List.of(called(node, in, baked), afterwards.apply(in));
        try (Model model = new Model(List.of(in), out)) {
            List<Boolean> dropped = dropped(model, run, List.of(node, afterwards));
            Mode expected = baked == null ? run.asCalled : baked;
            assertThat(dropped.get(0)).as("drops at the node").isEqualTo(training(expected));
            assertThat(dropped.get(1)).as("drops after it").isEqualTo(training(run.asCalled));
            Explanation e = explanation(model, run);
            assertThat(innermost(e, "inner_drop").random().isEmpty()).isEqualTo(!dropped.get(0));
            assertThat(innermost(e, "after_drop").random().isEmpty()).isEqualTo(!dropped.get(1));
        }
    }

    /**
     * Whether each output is something else than the input. Where a run has no outputs to look at,
     * the squared error against the input tells: what stays has none, what is dropped has.
     */
    private static List<Boolean> dropped(Model model, Run run, List<Layer> layers) {
        if (run == Run.CALL || run == Run.CALL_TRAINING || run == Run.CALL_INFERENCE) {
            return differ(call(model, run));
        }
        if (run == Run.PREDICT) {
            return differ(model.predict(Dataset.of(List.of(X)), PredictOptions.DEFAULT));
        }
        model.compile(
                Compilation.of(
                        new SGD(1e-3), List.of(new MeanSquaredError(), new MeanSquaredError())));
        TensorDataset data = new TensorDataset(List.of(X), List.of(X, X), List.of());
        Map<String, Double> logs =
                switch (run) {
                    case FIT ->
                            model.fit(
                                            data,
                                            FitOptions.epochs(1)
                                                    .withVerbosity(FitOptions.Verbosity.SILENT))
                                    .epochs()
                                    .get(0);
                    case TRAIN_ON_BATCH -> model.trainOnBatch(data.batch());
                    default -> model.evaluate(data, EvaluateOptions.batchSize(16));
                };
        return layers.stream().map(l -> logs.get(l.name() + "_loss") > 0).toList();
    }

    private static List<Boolean> differ(List<Tensor> outputs) {
        return outputs.stream().map(y -> !y.bitEquals(X)).toList();
    }

    private static boolean training(Mode mode) {
        return mode == Mode.TRAINING;
    }

    private static Layer node(Subject subject, Layer core) {
        return switch (subject) {
            case LAYER -> core;
            case FUNCTIONAL -> functional(core);
            case SEQUENTIAL -> new Sequential(Input.of(FEATURES), core);
            case DEEPLY_NESTED -> functional(new Sequential(Input.of(FEATURES), functional(core)));
        };
    }

    private static Model functional(Layer inside) {
        Symbol in = Input.of(FEATURES);
        return new Model(in, inside.apply(in));
    }

    private static Explanation explanation(Model model, Run run) {
        return run == Run.CALL ? model.explain() : model.explain(run.asCalled);
    }

    private static List<Tensor> call(Model model, Run run) {
        return run == Run.CALL ? model.call(List.of(X)) : model.call(List.of(X), run.asCalled);
    }

    private static void run(Model model, Run run) {
        TensorDataset data = Dataset.of(X, X);
        if (run == Run.FIT || run == Run.TRAIN_ON_BATCH || run == Run.EVALUATE) {
            model.compile(new SGD(1e-3), new MeanSquaredError());
        }
        switch (run) {
            case CALL, CALL_TRAINING, CALL_INFERENCE -> call(model, run);
            case FIT ->
                    model.fit(
                            data, FitOptions.epochs(1).withVerbosity(FitOptions.Verbosity.SILENT));
            case TRAIN_ON_BATCH -> model.trainOnBatch(data.batch());
            case EVALUATE -> model.evaluate(data, EvaluateOptions.batchSize(16));
            case PREDICT -> model.predict(X);
        }
    }

    private static boolean moved(BatchNormalization bn, Tensor before) {
        return !bn.variable("moving_mean").value().bitEquals(before);
    }

    private static Explanation.Entry innermost(Explanation e, String name) {
        return e.flatten().stream()
                .filter(x -> x.path().equals(name) || x.path().endsWith("/" + name))
                .findFirst()
                .orElseThrow();
    }

    private static Tensor data() {
        float[] v = new float[48 * FEATURES];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) Math.sin(i * .37) + 2;
        }
        return Tensor.of(v, 48, FEATURES);
    }

    /** Without a mode where none is baked. */
    private static Symbol called(Layer layer, Symbol in, Mode baked) {
        return baked == null ? layer.apply(in) : layer.apply(in, baked);
    }
}
