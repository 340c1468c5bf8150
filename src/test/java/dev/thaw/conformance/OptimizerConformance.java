package dev.thaw.conformance;

import dev.thaw.op.AdamUpdate;
import dev.thaw.op.Gate;
import dev.thaw.op.Op;
import dev.thaw.op.RmspropUpdate;
import dev.thaw.op.RuleUpdate;
import dev.thaw.op.SgdUpdate;
import dev.thaw.op.UpdateRule;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

abstract class OptimizerConformance extends Conformance {
    /** Weights of one model; the last set has one that takes several threads. */
    private static final List<List<Shape>> MODELS =
            List.of(
                    List.of(Shape.of(1)),
                    List.of(Shape.of(3, 7), Shape.of(7), Shape.scalar(), Shape.of(17, 5, 1)),
                    List.of(Shape.of(5), Shape.of(70_001), Shape.of(3, 3, 17, 3)));

    /** An optimizer without its values. */
    private interface Rule {
        Op of(Slots s);
    }

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

        Value rate() {
            return d.number("lr", 0.01);
        }

        Value step() {
            return d.counter("iteration", iteration);
        }

        Value guard() {
            return d.counter("health", health);
        }
    }

    private static Rule sgd(double momentum, boolean nesterov, double decay) {
        return s ->
                new SgdUpdate(
                        s.weights(),
                        s.gradients(),
                        momentum == 0 ? List.of() : s.mean("m"),
                        s.rate(),
                        s.guard(),
                        momentum,
                        nesterov,
                        decay);
    }

    private static Rule adam(double decay) {
        return s ->
                new AdamUpdate(
                        s.weights(),
                        s.gradients(),
                        s.mean("m"),
                        s.square("v"),
                        s.rate(),
                        s.step(),
                        s.guard(),
                        0.9,
                        0.999,
                        1e-7,
                        decay);
    }

    private static Rule rmsprop(double momentum, boolean centered, double decay) {
        return s ->
                new RmspropUpdate(
                        s.weights(),
                        s.gradients(),
                        s.square("v"),
                        momentum == 0 ? List.of() : s.mean("m"),
                        centered ? s.mean("avg") : List.of(),
                        s.rate(),
                        s.guard(),
                        0.9,
                        momentum,
                        1e-7,
                        decay);
    }

    /** A rule with states that are means of gradients, or of squares from the given number on. */
    private static Rule rule(UpdateRule rule, int squaresFrom, double rate, double decay) {
        return s -> {
            List<List<Value>> states = new ArrayList<>();
            List<Value> weights = s.weights();
            for (int i = 0; i < 3; i++) {
                String name = "state" + i + "_";
                states.add(
                        i >= rule.states()
                                ? List.of()
                                : i >= squaresFrom ? s.square(name) : s.mean(name));
            }
            return new RuleUpdate(
                    weights,
                    rule.readsGradients() ? s.gradients() : List.of(),
                    states.get(0),
                    states.get(1),
                    states.get(2),
                    rule instanceof UpdateRule.Nadam ? s.product() : null,
                    rate == 0 ? null : s.d.number("lr", rate),
                    s.step(),
                    s.guard(),
                    rule,
                    decay);
        };
    }

    /** Ftrl divides by the rate: a large one keeps the numbers at size 1. */
    private static final double FTRL_RATE = 0.5;

    private record Named(String name, Rule rule) {}

    private static final List<Named> RULES =
            List.of(
                    new Named("SGD", sgd(0, false, 0)),
                    new Named("SGD decay", sgd(0, false, 0.1)),
                    new Named("SGD momentum", sgd(0.9, false, 0)),
                    new Named("SGD Nesterov", sgd(0.9, true, 0)),
                    new Named("SGD Nesterov decay", sgd(0.9, true, 0.1)),
                    new Named("Adam", adam(0)),
                    new Named("AdamW", adam(0.1)),
                    new Named("RMSprop", rmsprop(0, false, 0)),
                    new Named("RMSprop momentum", rmsprop(0.9, false, 0)),
                    new Named("RMSprop centered", rmsprop(0, true, 0)),
                    new Named("RMSprop with all", rmsprop(0.9, true, 0.1)),
                    new Named("Adagrad", rule(new UpdateRule.Adagrad(1e-7), 0, 0.01, 0)),
                    new Named("Adagrad decay", rule(new UpdateRule.Adagrad(1e-7), 0, 0.01, 0.1)),
                    new Named("Adadelta", rule(new UpdateRule.Adadelta(0.95, 1e-7), 0, 1, 0)),
                    new Named("Adamax", rule(new UpdateRule.Adamax(0.9, 0.999, 1e-7), 1, 0.01, 0)),
                    new Named(
                            "AMSGrad", rule(new UpdateRule.Amsgrad(0.9, 0.999, 1e-7), 1, 0.01, 0)),
                    new Named("Nadam", rule(new UpdateRule.Nadam(0.9, 0.999, 1e-7), 1, 0.01, 0)),
                    new Named("Nadam's product", rule(new UpdateRule.NadamProduct(0.9), 0, 0, 0)),
                    new Named("Lion", rule(new UpdateRule.Lion(0.9, 0.99), 1, 0.01, 0.1)),
                    new Named("Ftrl", rule(new UpdateRule.Ftrl(-0.5, 0, 0, 0, 0), 0, FTRL_RATE, 0)),
                    new Named(
                            "Ftrl with all",
                            rule(
                                    new UpdateRule.Ftrl(-0.3, 0.2, 0.1, 0.05, 0.1),
                                    0,
                                    FTRL_RATE,
                                    0.1)),
                    new Named("average", rule(new UpdateRule.WeightAverage(0.9, 0), 0, 0, 0)),
                    new Named("average back", rule(new UpdateRule.WeightAverage(0.9, 2), 0, 0, 0)),
                    new Named("add", rule(new UpdateRule.Add(), 0, 0, 0)),
                    new Named("assign", rule(new UpdateRule.Assign(), 0, 0, 0)),
                    new Named("clear", rule(new UpdateRule.Clear(), 0, 0, 0)));

    static Stream<OpCase> table() {
        List<OpCase> all = new ArrayList<>();
        for (Named n : RULES) {
            for (List<Shape> shapes : MODELS) {
                for (long iteration : new long[] {0, 1, 1000, 1L << 33}) {
                    all.add(
                            new OpCase(
                                    n.name + " " + shapes + " iteration " + iteration,
                                    d -> d.emit(n.rule.of(new Slots(d, shapes, iteration, -1)))));
                }
                for (long health : new long[] {0, 1L << 33}) {
                    all.add(
                            new OpCase(
                                    n.name + " " + shapes + " stopped at " + health,
                                    d -> d.emit(n.rule.of(new Slots(d, shapes, 7, health)))));
                }
            }
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
