package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.train.optimizer.LearningRateSchedule;
import dev.thaw.train.optimizer.Schedules;

import java.util.List;

/** Learning rate schedules from Keras's configurations. */
final class ScheduleReader {
    private ScheduleReader() {}

    static LearningRateSchedule read(String where, JsonNode node) {
        String name = ObjectReader.className(where, node);
        Config c = new Config(where, ObjectReader.configOf(where, node), null);
        c.ignore("name");
        LearningRateSchedule made = ObjectReader.refusing(where, () -> make(name, c));
        c.finish();
        return made;
    }

    private static LearningRateSchedule make(String name, Config c) {
        return switch (name) {
            case "ExponentialDecay" ->
                    new Schedules.ExponentialDecay(
                            initial(c),
                            c.number("decay_steps"),
                            c.number("decay_rate"),
                            c.bool("staircase", false));
            case "InverseTimeDecay" ->
                    new Schedules.InverseTimeDecay(
                            initial(c),
                            c.number("decay_steps"),
                            c.number("decay_rate"),
                            c.bool("staircase", false));
            case "PolynomialDecay" ->
                    new Schedules.PolynomialDecay(
                            initial(c),
                            c.number("decay_steps"),
                            c.number("end_learning_rate", 1e-4),
                            c.number("power", 1),
                            c.bool("cycle", false));
            case "CosineDecay" ->
                    new Schedules.CosineDecay(
                            initial(c),
                            c.number("decay_steps"),
                            c.number("alpha", 0),
                            c.numberOrNull("warmup_target"),
                            c.number("warmup_steps", 0));
            case "CosineDecayRestarts" ->
                    new Schedules.CosineDecayRestarts(
                            initial(c),
                            c.number("first_decay_steps"),
                            c.number("t_mul", 2),
                            c.number("m_mul", 1),
                            c.number("alpha", 0));
            case "PiecewiseConstantDecay" -> piecewise(c);
            default ->
                    throw new IllegalArgumentException(
                            "Thaw has no learning rate schedule " + name);
        };
    }

    private static double initial(Config c) {
        return c.number("initial_learning_rate");
    }

    private static LearningRateSchedule piecewise(Config c) {
        List<Double> boundaries = c.numbers("boundaries");
        List<Double> values = c.numbers("values");
        if (boundaries == null || values == null) {
            throw c.refuse("values", "boundaries and values must be given", "nothing");
        }
        return new Schedules.PiecewiseConstantDecay(
                boundaries.stream().map(b -> (long) Math.floor(b)).toList(), values);
    }
}
