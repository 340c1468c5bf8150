package dev.thaw.train.optimizer;

import dev.thaw.train.Settings;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Makes optimizers from Keras's class names and configurations. */
final class OptimizerTable {
    private record Entry<O extends StandardOptimizer<?>>(
            String className, Supplier<O> maker, BiConsumer<O, Settings> configure) {
        StandardOptimizer<?> make(Settings s) {
            O made = maker.get();
            configure.accept(made, s);
            return made;
        }
    }

    private static final double EPSILON = 1e-7;
    private static final double BETA1 = .9;
    private static final double BETA2 = .999;
    private static final double ACCUMULATOR = .1;

    private static final List<Entry<?>> ALL =
            List.of(
                    new Entry<>("SGD", SGD::new, OptimizerTable::sgd),
                    new Entry<>("RMSprop", RMSprop::new, OptimizerTable::rmsprop),
                    new Entry<AdamFamily<?>>("Adam", Adam::new, OptimizerTable::adam),
                    new Entry<AdamFamily<?>>("AdamW", AdamW::new, OptimizerTable::adam),
                    new Entry<>("Nadam", Nadam::new, OptimizerTable::nadam),
                    new Entry<>("Adagrad", Adagrad::new, OptimizerTable::adagrad),
                    new Entry<>("Adamax", Adamax::new, OptimizerTable::adamax),
                    new Entry<>("Adadelta", Adadelta::new, OptimizerTable::adadelta),
                    new Entry<>("Lion", Lion::new, OptimizerTable::lion),
                    new Entry<>("Ftrl", Ftrl::new, OptimizerTable::ftrl));

    private OptimizerTable() {}

    static Optimizer of(String className, Map<String, ?> config) {
        Entry<?> entry =
                ALL.stream()
                        .filter(e -> e.className.equalsIgnoreCase(className))
                        .findFirst()
                        .orElseThrow(() -> unknown(className));
        Settings s = new Settings("optimizer " + entry.className, config);
        StandardOptimizer<?> made = entry.make(s);
        if (config.get("learning_rate") instanceof LearningRateSchedule schedule) {
            s.ignore("learning_rate");
            made.follow(schedule);
        } else if (s.has("learning_rate")) {
            made.setLearningRate(s.required("learning_rate"));
        }
        made.options(options(s, made.options()));
        // Keras 2 had these two; the first is its name of weight decay by the step, long ignored
        s.ignore("decay", "is_legacy_optimizer", "jit_compile");
        return s.finish(made);
    }

    private static IllegalArgumentException unknown(String name) {
        return new IllegalArgumentException(
                "optimizer: there is no '"
                        + name
                        + "'; there are "
                        + Arrays.toString(
                                ALL.stream()
                                        .map(e -> e.className.toLowerCase(Locale.ROOT))
                                        .toArray()));
    }

    private static OptimizerOptions options(Settings s, OptimizerOptions own) {
        return new OptimizerOptions(
                s.text("name", null),
                s.has("weight_decay") ? s.number("weight_decay") : own.weightDecay(),
                s.number("clipnorm"),
                s.number("global_clipnorm"),
                s.number("clipvalue"),
                s.flag("use_ema", false),
                s.number("ema_momentum", own.emaMomentum()),
                s.integer("ema_overwrite_frequency"),
                s.number("loss_scale_factor"),
                s.integer("gradient_accumulation_steps"));
    }

    private static void sgd(SGD o, Settings s) {
        o.momentum(s.number("momentum", 0)).nesterov(s.flag("nesterov", false));
    }

    private static void rmsprop(RMSprop o, Settings s) {
        o.rho(s.number("rho", .9)).momentum(s.number("momentum", 0));
        o.epsilon(s.number("epsilon", EPSILON)).centered(s.flag("centered", false));
    }

    private static void adam(AdamFamily<?> o, Settings s) {
        o.beta1(s.number("beta_1", BETA1)).beta2(s.number("beta_2", BETA2));
        o.epsilon(s.number("epsilon", EPSILON)).amsgrad(s.flag("amsgrad", false));
    }

    private static void nadam(Nadam o, Settings s) {
        o.beta1(s.number("beta_1", BETA1)).beta2(s.number("beta_2", BETA2));
        o.epsilon(s.number("epsilon", EPSILON));
    }

    private static void adagrad(Adagrad o, Settings s) {
        o.initialAccumulatorValue(s.number("initial_accumulator_value", ACCUMULATOR));
        o.epsilon(s.number("epsilon", EPSILON));
    }

    private static void adamax(Adamax o, Settings s) {
        o.beta1(s.number("beta_1", BETA1)).beta2(s.number("beta_2", BETA2));
        o.epsilon(s.number("epsilon", EPSILON));
    }

    private static void adadelta(Adadelta o, Settings s) {
        o.rho(s.number("rho", .95)).epsilon(s.number("epsilon", EPSILON));
    }

    private static void lion(Lion o, Settings s) {
        o.beta1(s.number("beta_1", BETA1)).beta2(s.number("beta_2", .99));
    }

    private static void ftrl(Ftrl o, Settings s) {
        o.learningRatePower(s.number("learning_rate_power", -.5));
        o.initialAccumulatorValue(s.number("initial_accumulator_value", ACCUMULATOR));
        o.l1RegularizationStrength(s.number("l1_regularization_strength", 0));
        o.l2RegularizationStrength(s.number("l2_regularization_strength", 0));
        o.l2ShrinkageRegularizationStrength(s.number("l2_shrinkage_regularization_strength", 0));
        o.beta(s.number("beta", 0));
    }
}
