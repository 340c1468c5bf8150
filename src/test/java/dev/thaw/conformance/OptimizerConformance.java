package dev.thaw.conformance;

import dev.thaw.op.ApplyRule;
import dev.thaw.op.Assign;
import dev.thaw.op.Gate;
import dev.thaw.op.Op;
import dev.thaw.op.UpdateRule;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

abstract class OptimizerConformance extends Conformance {
    /** Weights of one model; the last set has one that takes several threads. */
    private static final List<List<Shape>> MODELS =
            List.of(
                    List.of(Shape.of(1)),
                    List.of(Shape.of(3, 7), Shape.of(7), Shape.scalar(), Shape.of(17, 5, 1)),
                    List.of(Shape.of(5), Shape.of(70_001), Shape.of(3, 3, 17, 3)));

    /** What the rules draw on; states are 0 in the first step, like in a new optimizer. */
    private record Slots(Draft d, List<Shape> shapes, long iteration, long health) {
        List<Value> some(String name, double low, double high) {
            return IntStream.range(0, shapes.size())
                    .mapToObj(i -> d.uniform(name + i, shapes.get(i), low, high))
                    .toList();
        }

        List<Value> weights() {
            return changed(some("w", -1, 1));
        }

        List<Value> gradients() {
            return some("g", -1, 1);
        }

        /** A mean of gradients. */
        List<Value> mean(String name) {
            return changed(iteration == 0 ? some(name, 0, 1e-30) : some(name, -0.1, 0.1));
        }

        /** A mean of squared gradients. */
        List<Value> square(String name) {
            return changed(iteration == 0 ? some(name, 0, 1e-30) : some(name, 0.2, 0.5));
        }

        private List<Value> changed(List<Value> states) {
            Tolerance t = health < 0 ? Tolerance.OPTIMIZER : Tolerance.EXACT;
            states.forEach(s -> d.fetch(s, t));
            return states;
        }

        /** What Nadam's product is about then. */
        Value product() {
            return d.number("product", iteration == 0 ? 0.468 : 0.1);
        }

        Value step() {
            return d.counter("iteration", iteration);
        }

        Value guard() {
            return d.counter("health", health);
        }
    }

    /** Slots that are means of gradients; the others are sums or means of squares. */
    private static final Set<String> MEANS = Set.of("momentum", "average_gradient");

    private record Named(String name, UpdateRule rule, double rate, double decay) {
        /** A rule that decays does so with more than half of the weights. */
        Op of(Slots s) {
            return new ApplyRule(
                    rule,
                    s.weights(),
                    rule.readsGradients() ? s.gradients() : List.of(),
                    rule.slots().stream()
                            .map(slot -> MEANS.contains(slot) ? s.mean(slot) : s.square(slot))
                            .toList(),
                    rule instanceof UpdateRule.Nadam ? s.product() : null,
                    s.d.number("lr", rate),
                    s.step(),
                    s.guard(),
                    decay,
                    decay == 0 ? 0 : s.shapes.size() / 2 + 1);
        }
    }

    /** Ftrl divides by the rate: a large one keeps the numbers at size 1. */
    private static final double FTRL_RATE = 0.5;

    private static final List<Named> RULES =
            List.of(
                    named("SGD", new UpdateRule.Sgd(), 0),
                    named("SGD decay", new UpdateRule.Sgd(), 0.1),
                    named("SGD momentum", new UpdateRule.Momentum(0.9), 0),
                    named("SGD Nesterov", new UpdateRule.Nesterov(0.9), 0),
                    named("SGD Nesterov decay", new UpdateRule.Nesterov(0.9), 0.1),
                    named("Adam", new UpdateRule.Adam(0.9, 0.999, 1e-7), 0),
                    named("AdamW", new UpdateRule.Adam(0.9, 0.999, 1e-7), 0.1),
                    named("AMSGrad", new UpdateRule.Amsgrad(0.9, 0.999, 1e-7), 0),
                    named("RMSprop", new UpdateRule.Rmsprop(0.9, 0, 1e-7, false), 0),
                    named("RMSprop momentum", new UpdateRule.Rmsprop(0.9, 0.9, 1e-7, false), 0),
                    named("RMSprop centered", new UpdateRule.Rmsprop(0.9, 0, 1e-7, true), 0),
                    named("RMSprop with all", new UpdateRule.Rmsprop(0.9, 0.9, 1e-7, true), 0.1),
                    named("Adagrad", new UpdateRule.Adagrad(1e-7), 0),
                    named("Adagrad decay", new UpdateRule.Adagrad(1e-7), 0.1),
                    new Named("Adadelta", new UpdateRule.Adadelta(0.95, 1e-7), 1, 0),
                    named("Adamax", new UpdateRule.Adamax(0.9, 0.999, 1e-7), 0),
                    named("Nadam", new UpdateRule.Nadam(0.9, 0.999, 1e-7), 0),
                    named("Nadam's product", new UpdateRule.NadamProduct(0.9), 0),
                    named("Lion", new UpdateRule.Lion(0.9, 0.99), 0.1),
                    new Named("Ftrl", new UpdateRule.Ftrl(-0.5, 0, 0, 0, 0), FTRL_RATE, 0),
                    new Named(
                            "Ftrl with all",
                            new UpdateRule.Ftrl(-0.3, 0.2, 0.1, 0.05, 0.1),
                            FTRL_RATE,
                            0.1),
                    named("average", new UpdateRule.Average(0.9), 0),
                    named("sum", new UpdateRule.Sum(), 0));

    private static Named named(String name, UpdateRule rule, double decay) {
        return new Named(name, rule, 0.01, decay);
    }

    /** The rules that have a case. */
    static Set<Class<?>> rules() {
        return RULES.stream().map(n -> n.rule.getClass()).collect(Collectors.toSet());
    }

    static Stream<OpCase> table() {
        List<OpCase> all = new ArrayList<>();
        for (List<Shape> shapes : MODELS) {
            for (Named n : RULES) {
                all.addAll(steps(n.name, shapes, n::of));
            }
            all.addAll(steps("assign", shapes, OptimizerConformance::assign));
            all.addAll(steps("fill", shapes, OptimizerConformance::fill));
        }
        for (long iteration : new long[] {0, 2, 3, (1L << 33) - 1}) {
            for (long health : new long[] {-1, 0, 1L << 33}) {
                all.add(
                        new OpCase(
                                "Gate at " + iteration + ", health " + health,
                                d -> gate(d, iteration, health)));
            }
        }
        return all.stream();
    }

    private static List<OpCase> steps(String name, List<Shape> shapes, Function<Slots, Op> op) {
        List<OpCase> all = new ArrayList<>();
        for (long iteration : new long[] {0, 1, 1000, 1L << 33}) {
            all.add(
                    new OpCase(
                            name + " " + shapes + " iteration " + iteration,
                            d -> d.emit(op.apply(new Slots(d, shapes, iteration, -1)))));
        }
        for (long health : new long[] {0, 1L << 33}) {
            all.add(
                    new OpCase(
                            name + " " + shapes + " stopped at " + health,
                            d -> d.emit(op.apply(new Slots(d, shapes, 7, health)))));
        }
        return all;
    }

    private static Op assign(Slots s) {
        return new Assign(s.weights(), s.gradients(), s.guard());
    }

    private static Op fill(Slots s) {
        return new Assign(s.weights(), List.of(s.d.number("number", 0.3)), s.guard());
    }

    private static void gate(Draft d, long iteration, long health) {
        Value count = d.temp("count", Shape.scalar(), DType.INT64);
        Value gate = d.temp("gate", Shape.scalar(), DType.INT64);
        d.emit(
                new Gate(
                        d.counter("iteration", iteration),
                        d.counter("health", health),
                        count,
                        gate,
                        4));
        d.fetch(count, Tolerance.EXACT);
        d.fetch(gate, Tolerance.EXACT);
    }

    @Override
    Stream<OpCase> cases() {
        return table();
    }
}
