package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.AlphaDropout;
import dev.thaw.op.Draw;
import dev.thaw.op.Dropout;
import dev.thaw.op.Gate;
import dev.thaw.op.GaussianDropout;
import dev.thaw.op.GaussianNoise;
import dev.thaw.op.Increment;
import dev.thaw.op.Op;
import dev.thaw.op.Philox;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Walk;

import jcuda.driver.CUfunction;

/** Ops with random numbers, the same on every backend bit for bit, and the state of a step. */
final class RandomKernels {
    private static final String FILE = "dropout";

    private RandomKernels() {}

    static void register(CudaKernelTable table) {
        table.add(Dropout.class, RandomKernels::dropout);
        table.add(AlphaDropout.class, RandomKernels::alphaDropout);
        table.add(GaussianDropout.class, RandomKernels::gaussianDropout);
        table.add(GaussianNoise.class, RandomKernels::gaussianNoise);
        table.add(Increment.class, RandomKernels::increment);
        table.add(Gate.class, RandomKernels::gate);
    }

    /** What a mask does to x: the constants after the threshold. */
    private record Masked(
            Op op,
            Value x,
            Value step,
            Value y,
            Draw draw,
            Shape noise,
            double rate,
            double... constants) {
        Prepared prepare(Engine engine, String name) {
            boolean shared = noise.size() != x.size();
            CUfunction f = engine.function(FILE, shared ? name + "_shared" : name);
            Walk walk = Walk.over(x.shape(), noise);
            return (buffers, workspace) -> {
                Arguments a =
                        engine.arguments(op, buffers)
                                .values(x, step, y)
                                .number(y.size())
                                .number(draw.seed())
                                .integer(draw.call())
                                .integer(Philox.threshold(rate));
                for (double c : constants) {
                    a.real(c);
                }
                if (shared) {
                    return a.walk(walk).launch(f, engine.grid(y.size()));
                }
                return a.launch(f, engine.vectors(y.size()));
            };
        }
    }

    private static Prepared dropout(Engine engine, Dropout op) {
        return new Masked(
                        op, op.x(), op.step(), op.y(), op.draw(), op.noise(), op.rate(), op.scale())
                .prepare(engine, "dropout");
    }

    private static Prepared alphaDropout(Engine engine, AlphaDropout op) {
        double dropped = op.a() * op.dropped() + op.b();
        return new Masked(
                        op,
                        op.x(),
                        op.step(),
                        op.y(),
                        op.draw(),
                        op.noise(),
                        op.rate(),
                        op.a(),
                        op.b(),
                        dropped)
                .prepare(engine, "alpha_dropout");
    }

    private static Prepared gaussianDropout(Engine engine, GaussianDropout op) {
        return gaussian(
                engine, "gaussian_dropout", op, op.x(), op.step(), op.y(), op.draw(), op.stddev());
    }

    private static Prepared gaussianNoise(Engine engine, GaussianNoise op) {
        return gaussian(
                engine, "gaussian_noise", op, op.x(), op.step(), op.y(), op.draw(), op.stddev());
    }

    private static Prepared gaussian(
            Engine engine,
            String name,
            Op op,
            Value x,
            Value step,
            Value y,
            Draw draw,
            double stddev) {
        CUfunction f = engine.function(FILE, name);
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(x, step, y)
                        .number(y.size())
                        .number(draw.seed())
                        .integer(draw.call())
                        .real(stddev)
                        .launch(f, engine.vectors(y.size()));
    }

    private static Prepared increment(Engine engine, Increment op) {
        CUfunction f = engine.function("state", "increment");
        return (buffers, workspace) ->
                engine.arguments(op, buffers).value(op.counter()).launch(f, Launch.Grid.of(1, 1));
    }

    private static Prepared gate(Engine engine, Gate op) {
        CUfunction f = engine.function("state", "gate");
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.iteration(), op.health(), op.count(), op.gate())
                        .integer(op.period())
                        .launch(f, Launch.Grid.of(1, 1));
    }
}
