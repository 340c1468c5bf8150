package dev.thaw.io.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.config.ConfigException;
import dev.thaw.layer.Input;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.core.Dense;
import dev.thaw.model.Model;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** Lists of losses and metrics as Keras 2 and 3 take them for models of several outputs. */
class LossReaderTest {
    private final Symbol x = Input.of(3);
    private final Model one = new Model(x, new Dense(2).apply(x));
    private final Model two =
            new Model(List.of(x), List.of(new Dense(2).apply(x), new Dense(2).apply(x)));
    private final List<ConfigException> lost = new ArrayList<>();

    private Compilation read(Model model, boolean keras2, String json) {
        ObjectReader objects = new ObjectReader(KerasObjects.STANDARD);
        return new LossReader(model, objects, keras2, lost)
                .read(new SGD(.1), ConfigJson.parse(json, "compile_config"));
    }

    private static List<List<String>> names(Compilation c) {
        return c.metrics().stream().map(l -> l.stream().map(Metric::name).toList()).toList();
    }

    @Test
    void aPlainListHasOneMetricForEachOutput() {
        String json = "{\"loss\": \"mse\", \"metrics\": [\"mae\", \"accuracy\"]}";
        assertThat(names(read(two, false, json)))
                .containsExactly(List.of("mae"), List.of("accuracy"));
        assertThat(names(read(one, false, json))).containsExactly(List.of("mae", "accuracy"));
        assertThat(lost).isEmpty();
    }

    @Test
    void inKeras2ItHoldsForAllOutputs() {
        String json = "{\"loss\": \"mse\", \"metrics\": [\"mae\", \"accuracy\"]}";
        assertThat(names(read(two, true, json)))
                .containsExactly(List.of("mae", "accuracy"), List.of("mae", "accuracy"));
        String nested = "{\"loss\": \"mse\", \"metrics\": [[\"mae\"], [\"mse\", \"mae\"]]}";
        assertThat(names(read(two, true, nested)))
                .containsExactly(List.of("mae"), List.of("mse", "mae"));
    }

    @Test
    void listsMayStandInLists() {
        Compilation c =
                read(
                        two,
                        false,
                        "{\"loss\": [[\"mse\"], \"mae\"], \"metrics\": [[[\"mae\"]], [\"mse\", \"mae\"]]}");
        assertThat(c.losses().stream().map(Loss::name))
                .containsExactly("mean_squared_error", "mean_absolute_error");
        assertThat(names(c)).containsExactly(List.of("mae"), List.of("mse", "mae"));
        assertThat(names(read(one, false, "{\"loss\": [\"mse\"], \"metrics\": [[\"mae\"]]}")))
                .containsExactly(List.of("mae"));
    }

    @Test
    void metricsThatFitNoOutputsCostThemAlone() {
        Compilation c =
                read(two, false, "{\"loss\": \"mse\", \"metrics\": [\"mae\", \"mse\", \"mae\"]}");
        assertThat(names(c)).containsExactly(List.of(), List.of());
        assertThat(lost).singleElement().asString().contains("one entry per output");
        assertThatThrownBy(() -> read(two, false, "{\"loss\": [\"mse\"]}"))
                .hasMessageContaining("one entry per output");
    }
}
