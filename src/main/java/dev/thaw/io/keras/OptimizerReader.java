package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;

import dev.thaw.train.optimizer.Adadelta;
import dev.thaw.train.optimizer.Adagrad;
import dev.thaw.train.optimizer.Adam;
import dev.thaw.train.optimizer.AdamW;
import dev.thaw.train.optimizer.Adamax;
import dev.thaw.train.optimizer.Ftrl;
import dev.thaw.train.optimizer.LearningRateSchedule;
import dev.thaw.train.optimizer.Lion;
import dev.thaw.train.optimizer.Nadam;
import dev.thaw.train.optimizer.Optimizer;
import dev.thaw.train.optimizer.OptimizerOptions;
import dev.thaw.train.optimizer.RMSprop;
import dev.thaw.train.optimizer.SGD;

import java.util.function.DoubleFunction;
import java.util.function.Function;

/** Optimizers from Keras's configurations: a name, or an object. */
final class OptimizerReader {
    private final String where;
    private final String name;
    private final Config c;
    private final OptimizerOptions options;
    private final double beta1;
    private final double beta2;

    private OptimizerReader(String where, String name, Config config) {
        this.where = where;
        this.name = name;
        this.c = config;
        this.beta1 = config.number("beta_1", .9);
        this.beta2 = config.number("beta_2", name.equals("Lion") ? .99 : .999);
        this.options =
                new OptimizerOptions(
                        config.string("name", null),
                        config.has("weight_decay")
                                ? config.numberOrNull("weight_decay")
                                : Optimizer.of(name).options().weightDecay(),
                        config.numberOrNull("clipnorm"),
                        config.numberOrNull("global_clipnorm"),
                        config.numberOrNull("clipvalue"),
                        config.bool("use_ema", false),
                        config.number("ema_momentum", .99),
                        config.has("ema_overwrite_frequency")
                                ? (Integer) config.integer("ema_overwrite_frequency")
                                : null,
                        config.numberOrNull("loss_scale_factor"),
                        config.has("gradient_accumulation_steps")
                                ? (Integer) config.integer("gradient_accumulation_steps")
                                : null);
    }

    static Optimizer read(String where, JsonNode node, ObjectReader objects) {
        if (node.isTextual()) {
            return ObjectReader.refusing(where, () -> Optimizer.of(node.asText()));
        }
        String name = ObjectReader.className(where, node);
        Config config = new Config(where, ObjectReader.configOf(where, node), objects);
        return ObjectReader.refusing(
                where,
                () -> {
                    Optimizer made = new OptimizerReader(where, name, config).make();
                    // what Keras 2 wrote besides: a decay of 0 and switches of TensorFlow's
                    config.ignore("jit_compile", "is_legacy_optimizer");
                    if (config.number("decay", 0) != 0) {
                        throw config.refuse(
                                "decay",
                                "must be 0; write a learning rate schedule instead",
                                String.valueOf(config.number("decay", 0)));
                    }
                    config.finish();
                    return made;
                });
    }

    private <O extends Optimizer> O rate(
            DoubleFunction<O> constant, Function<LearningRateSchedule, O> scheduled) {
        JsonNode rate = c.json("learning_rate");
        if (rate == null && c.has("lr")) {
            rate = c.json("lr");
        }
        if (rate == null) {
            return constant.apply(Optimizer.of(name).learningRate());
        }
        if (rate.isObject()) {
            return scheduled.apply(ScheduleReader.read(c.where("learning_rate"), rate));
        }
        return constant.apply(
                c.has("learning_rate") ? c.number("learning_rate", 0) : c.number("lr", 0));
    }

    private Optimizer make() {
        double epsilon = c.number("epsilon", 1e-7);
        return switch (name) {
            case "SGD" ->
                    rate(SGD::new, SGD::new)
                            .momentum(c.number("momentum", 0))
                            .nesterov(c.bool("nesterov", false))
                            .options(options);
            case "RMSprop" ->
                    rate(RMSprop::new, RMSprop::new)
                            .rho(c.number("rho", .9))
                            .momentum(c.number("momentum", 0))
                            .epsilon(epsilon)
                            .centered(c.bool("centered", false))
                            .options(options);
            case "Adam" ->
                    rate(Adam::new, Adam::new)
                            .beta1(beta1)
                            .beta2(beta2)
                            .epsilon(epsilon)
                            .amsgrad(c.bool("amsgrad", false))
                            .options(options);
            case "AdamW" ->
                    rate(AdamW::new, AdamW::new)
                            .beta1(beta1)
                            .beta2(beta2)
                            .epsilon(epsilon)
                            .amsgrad(c.bool("amsgrad", false))
                            .options(options);
            case "Nadam" ->
                    rate(Nadam::new, Nadam::new)
                            .beta1(beta1)
                            .beta2(beta2)
                            .epsilon(epsilon)
                            .options(options);
            case "Adamax" ->
                    rate(Adamax::new, Adamax::new)
                            .beta1(beta1)
                            .beta2(beta2)
                            .epsilon(epsilon)
                            .options(options);
            case "Adagrad" ->
                    rate(Adagrad::new, Adagrad::new)
                            .initialAccumulatorValue(c.number("initial_accumulator_value", .1))
                            .epsilon(epsilon)
                            .options(options);
            case "Adadelta" ->
                    rate(Adadelta::new, Adadelta::new)
                            .rho(c.number("rho", .95))
                            .epsilon(epsilon)
                            .options(options);
            case "Lion" -> rate(Lion::new, Lion::new).beta1(beta1).beta2(beta2).options(options);
            case "Ftrl" -> ftrl();
            default -> throw new ConfigException(where + ": Thaw has no optimizer " + name);
        };
    }

    private Optimizer ftrl() {
        return rate(Ftrl::new, Ftrl::new)
                .learningRatePower(c.number("learning_rate_power", -.5))
                .initialAccumulatorValue(c.number("initial_accumulator_value", .1))
                .l1RegularizationStrength(c.number("l1_regularization_strength", 0))
                .l2RegularizationStrength(c.number("l2_regularization_strength", 0))
                .l2ShrinkageRegularizationStrength(
                        c.number("l2_shrinkage_regularization_strength", 0))
                .beta(c.number("beta", 0))
                .options(options);
    }
}
