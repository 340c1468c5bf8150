package dev.thaw.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.data.Batch;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Weight;
import dev.thaw.model.Model;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Explanations of random models against what really happens: every weight and statistic that
 * changes was announced, and no other. The seed is the test's name.
 */
class ExplanationHeldTest {
    private static final int ROWS = 24;

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    /** Weight decay would change every weight that the optimizer takes in, gradient or not. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aStepChangesWhatIsAnnouncedWithAndWithoutDecay(long seed) {
        RandomModels models = new RandomModels(seed);
        try (Model model = models.model()) {
            for (SGD optimizer : List.of(new SGD(.5), new SGD(.5).weightDecay(.5))) {
                models.fill(model);
                model.compile(Compilation.of(optimizer, losses(model)));
                assertStepIsAsAnnounced(model, models);
            }
        }
    }

    /** Else the tests above would show little. */
    @Test
    void theModelsHaveEverythingThatIsEasyToGetWrong() {
        Map<String, Integer> models = new TreeMap<>();
        seeds().forEach(
                        seed -> {
                            try (Model model = new RandomModels(seed).model()) {
                                oddities(model).forEach(o -> models.merge(o, 1, Integer::sum));
                            }
                        });
        assertThat(models)
                .containsOnlyKeys(
                        "a call among several that is not reached",
                        "a frozen layer with statistics",
                        "a regularizer alone",
                        "a trainable weight without gradient",
                        "gradients",
                        "random numbers",
                        "statistics that move in inference",
                        "statistics that move in training");
        assertThat(models.values()).allMatch(n -> n >= 10);
    }

    private static Set<String> oddities(Model model) {
        Explanation training = model.explain(Mode.TRAINING);
        Set<String> all = new TreeSet<>();
        for (Explanation.Entry e : training.flatten()) {
            note(all, "gradients", !e.gradientsChange().isEmpty());
            note(all, "a regularizer alone", !e.regularizersChange().isEmpty());
            note(all, "random numbers", !e.random().isEmpty());
            note(all, "statistics that move in training", !e.statisticsMove().isEmpty());
            note(all, "a frozen layer with statistics", e.reason() == Resolution.Reason.FROZEN);
            note(
                    all,
                    "a call among several that is not reached",
                    e.call() > 0 && e.flow() == Explanation.GradientFlow.NOT_REACHED);
        }
        note(
                all,
                "a trainable weight without gradient",
                training.notes().stream().anyMatch(n -> n.contains("it stays as it is")));
        note(
                all,
                "statistics that move in inference",
                model.explain(Mode.INFERENCE).flatten().stream()
                        .anyMatch(e -> !e.statisticsMove().isEmpty()));
        return all;
    }

    private static void note(Set<String> into, String what, boolean there) {
        if (there) {
            into.add(what);
        }
    }

    private static List<Loss> losses(Model model) {
        return Collections.nCopies(model.outputs().size(), new MeanSquaredError());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aCallChangesTheStatisticsThatAreAnnounced(long seed) {
        for (Mode mode : new Mode[] {null, Mode.INFERENCE, Mode.MONTE_CARLO, Mode.TRAINING}) {
            RandomModels models = new RandomModels(seed);
            try (Model model = models.model()) {
                Set<String> announced = new TreeSet<>();
                Explanation told = mode == null ? model.explain() : model.explain(mode);
                List<Explanation.Entry> entries = told.flatten();
                entries.forEach(e -> e.statisticsMove().forEach(s -> announced.add(key(e, s))));
                Map<String, Tensor> before = values(model);
                Tensor x = models.rows(ROWS);
                List<Tensor> first = call(model, x, mode);
                assertThat(changed(model, before)).as("in mode %s", mode).isEqualTo(announced);
                if (announced.isEmpty() && entries.stream().allMatch(e -> e.random().isEmpty())) {
                    List<Tensor> second = call(model, x, mode);
                    for (int i = 0; i < first.size(); i++) {
                        assertThat(second.get(i).bitEquals(first.get(i)))
                                .as("output %d again, nothing being random in mode %s", i, mode)
                                .isTrue();
                    }
                }
            }
        }
    }

    private static List<Tensor> call(Model model, Tensor x, Mode mode) {
        return mode == null ? model.call(List.of(x)) : model.call(List.of(x), mode);
    }

    private static void assertStepIsAsAnnounced(Model model, RandomModels data) {
        Explanation explanation = model.explain(Mode.TRAINING);
        Set<String> announced = new TreeSet<>();
        for (Explanation.Entry e : explanation.flatten()) {
            Stream.of(e.gradientsChange(), e.regularizersChange(), e.statisticsMove())
                    .flatMap(List::stream)
                    .forEach(w -> announced.add(key(e, w)));
        }
        Map<String, Tensor> before = values(model);
        List<Tensor> y = new ArrayList<>();
        model.outputs().forEach(o -> y.add(data.rows(ROWS)));
        model.trainOnBatch(new Batch(List.of(data.rows(ROWS)), y));
        assertThat(changed(model, before)).as("%s", explanation).isEqualTo(announced);
    }

    private static String key(Explanation.Entry e, String weight) {
        return e.path().substring(e.path().lastIndexOf('/') + 1) + "/" + weight;
    }

    private static Map<String, Tensor> values(Model model) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (Weight w : model.weights()) {
            Tensor earlier = all.put(name(w), w.variable().value().copy());
            assertThat(earlier).as("names are unique here").isNull();
        }
        return all;
    }

    private static String name(Weight w) {
        return w.layer().name() + "/" + w.spec().name();
    }

    private static Set<String> changed(Model model, Map<String, Tensor> before) {
        Set<String> changed = new TreeSet<>();
        for (Weight w : model.weights()) {
            if (!w.variable().value().bitEquals(before.get(name(w)))) {
                changed.add(name(w));
            }
        }
        return changed;
    }
}
