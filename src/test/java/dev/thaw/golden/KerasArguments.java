package dev.thaw.golden;

import dev.thaw.train.loss.Loss;
import dev.thaw.train.optimizer.AdamW;
import dev.thaw.train.optimizer.LearningRateSchedule;
import dev.thaw.train.optimizer.Optimizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes optimizers and losses from Keras's arguments. */
final class KerasArguments {
    private KerasArguments() {}

    static Optimizer optimizer(TrainingFixtures.Spec spec) {
        Map<String, Object> config = config(spec);
        Object excluded = config.remove("exclude");
        Optimizer made = Optimizer.of(spec.name(), config);
        if (excluded != null) {
            ((AdamW) made).excludeFromWeightDecay(((List<?>) excluded).toArray(String[]::new));
        }
        return made;
    }

    /**
     * Arguments as Python writes them: numbers, True, False and schedules, {@code Class(k:v,..)}.
     */
    private static Map<String, Object> config(TrainingFixtures.Spec spec) {
        Map<String, Object> config = new HashMap<>();
        spec.arguments().forEach((k, text) -> config.put(k, value(text)));
        return config;
    }

    private static Object value(String text) {
        if (text.equals("True") || text.equals("False")) {
            return text.equals("True");
        }
        if (text.startsWith("[")) {
            return Arrays.stream(text.substring(1, text.length() - 1).split(";"))
                    .map(KerasArguments::value)
                    .toList();
        }
        int open = text.indexOf('(');
        if (open < 0) {
            return Character.isLetter(text.charAt(0)) ? text : (Object) Double.valueOf(text);
        }
        Map<String, Object> inner = new HashMap<>();
        for (String part : text.substring(open + 1, text.length() - 1).split(",")) {
            inner.put(part.split(":")[0], value(part.split(":")[1]));
        }
        return LearningRateSchedule.of(text.substring(0, open), inner);
    }

    static Loss loss(TrainingFixtures.Spec spec) {
        return Loss.of(spec.name(), config(spec));
    }
}
