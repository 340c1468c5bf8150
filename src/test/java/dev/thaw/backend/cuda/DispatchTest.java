package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.data.Batch;
import dev.thaw.layer.Input;
import dev.thaw.layer.RandomSeed;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.Activation;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.model.Model;
import dev.thaw.op.BatchNormInferGrad;
import dev.thaw.op.BatchNormTrain;
import dev.thaw.op.BatchNormTrainGrad;
import dev.thaw.op.Draw;
import dev.thaw.op.Dropout;
import dev.thaw.op.Gradients;
import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Rectifier;
import dev.thaw.op.Value;
import dev.thaw.plan.DeviceMemory;
import dev.thaw.plan.Plan;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.Compilation;
import dev.thaw.train.loss.MeanSquaredError;
import dev.thaw.train.optimizer.SGD;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** cuDNN and our own kernels race, by a clock that the test sets. */
@OnSimulator
class DispatchTest {
    private static final Stopwatch NO_TRIAL =
            (candidate, kernel, runs) -> {
                throw new AssertionError(candidate + " is measured");
            };

    @TempDir private Path cache;

    /** A clock that says of each candidate what it is told, and lets it run all the same. */
    private static Stopwatch clock(double own, double cudnn, double persistent) {
        return (candidate, kernel, runs) -> {
            kernel.launch();
            return switch (candidate) {
                case "own" -> own;
                case "cudnn" -> cudnn;
                default -> persistent;
            };
        };
    }

    private Map<String, String> auto() {
        Map<String, String> all = new HashMap<>();
        all.put("thaw.cuda.batchnorm", "auto");
        all.put("thaw.cuda.dropout", "auto");
        all.put("thaw.cache", cache.toString());
        return all;
    }

    private Backend open(Stopwatch watch) {
        return Settings.open(auto(), watch);
    }

    private static BatchNormTrain train(Rectifier rectifier, boolean sum) {
        Shape s = Shape.of(4, 5, 5, 8);
        Shape c = Shape.of(8);
        Program p = new Program();
        return new BatchNormTrain(
                p.input("x", s, DType.FLOAT32),
                p.input("gamma", c, DType.FLOAT32),
                p.input("beta", c, DType.FLOAT32),
                sum ? p.input("residual", s, DType.FLOAT32) : null,
                p.temp("y", s),
                p.temp("mean", c),
                p.temp("variance", c),
                rectifier,
                3,
                1e-3);
    }

    private static BatchNormTrainGrad gradient(Rectifier rectifier, boolean sum) {
        BatchNormTrain o = train(rectifier, sum);
        Program p = new Program();
        boolean passes = rectifier != Rectifier.NONE;
        return new BatchNormTrainGrad(
                o.x(),
                passes ? o.y() : null,
                p.temp("dy", o.x().shape()),
                o.gamma(),
                o.mean(),
                o.variance(),
                p.temp("dx", o.x().shape()),
                passes && sum ? p.temp("dresidual", o.x().shape()) : null,
                p.temp("dgamma", o.gamma().shape()),
                p.temp("dbeta", o.gamma().shape()),
                rectifier,
                3,
                1e-3);
    }

    private static String said(Backend cuda, Op op) {
        try (Prepared p = cuda.prepare(op)) {
            return p.choice();
        }
    }

    @ParameterizedTest
    @EnumSource(Rectifier.class)
    void theFastestWinsAndThePlanSaysHowFast(Rectifier rectifier) {
        for (boolean sum : new boolean[] {false, true}) {
            for (Op op : List.of(train(rectifier, sum), gradient(rectifier, sum))) {
                Map<Stopwatch, String> winners = new HashMap<>();
                winners.put(clock(100, 50, 70), "cudnn");
                winners.put(clock(100, 70, 50), "cudnn-persistent");
                winners.put(clock(100, 120, 101), "own");
                winners.put(clock(100, 96, 97), "own"); // too near: chance
                winners.forEach(
                        (watch, winner) -> {
                            try (Backend cuda = open(watch)) {
                                assertThat(said(cuda, op))
                                        .as("%s", op)
                                        .startsWith(winner + " (own 100.0 us, cudnn ")
                                        .doesNotContain("refuses", ";");
                            }
                            delete(cache.resolve("choices.tsv"));
                        });
            }
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatOnlyOurKernelsHaveIsNotMeasured() {
        BatchNormTrainGrad o = gradient(Rectifier.NONE, false);
        Op inference =
                new BatchNormInferGrad(
                        o.x(),
                        null,
                        o.dy(),
                        o.gamma(),
                        o.mean(),
                        o.variance(),
                        o.dx(),
                        null,
                        null,
                        null,
                        Rectifier.NONE,
                        3,
                        1e-3);
        try (Backend cuda = open(NO_TRIAL)) {
            assertThat(said(cuda, inference)).isEmpty();
        }
        assertThat(cache.resolve("choices.tsv")).doesNotExist();
    }

    @Test
    void aTrialLeavesNothingBehind() {
        Simulator simulator = Simulator.require();
        try (Backend cuda = open(clock(3, 2, 1))) {
            said(cuda, train(Rectifier.RELU, true)); // loads modules, makes lasting buffers
            List<Simulator.Counter> what =
                    List.of(
                            Simulator.Counter.LIVE_ALLOCATIONS,
                            Simulator.Counter.LIVE_EVENTS,
                            Simulator.Counter.LIVE_GRAPHS,
                            Simulator.Counter.LIVE_DESCRIPTORS);
            List<Long> before = what.stream().map(simulator::count).toList();
            said(cuda, gradient(Rectifier.NONE, false));
            assertThat(what.stream().map(simulator::count).toList()).isEqualTo(before);
            assertThat(simulator.reports()).isEmpty();
        }
    }

    @Test
    void aSecondBackendTakesTheChoiceFromTheFile() throws IOException {
        Op op = train(Rectifier.RELU, false);
        String first;
        try (Backend cuda = open(clock(100, 50, 70))) {
            first = said(cuda, op);
        }
        try (Backend cuda = open(NO_TRIAL)) {
            assertThat(said(cuda, op)).isEqualTo(first);
            assertThat(said(cuda, train(Rectifier.RELU, false))).isEqualTo(first);
        }
        assertThat(Files.readAllLines(cache.resolve("choices.tsv")))
                .hasSize(2)
                .last()
                .asString()
                .contains(" SMs\tdriver ", "cuDNN ", "kernels ")
                .endsWith("\tcudnn\town 100.0 us, cudnn 50.0 us, cudnn-persistent 70.0 us");
    }

    @Test
    void whatOneProcessMeasuredAnotherOneTakes() throws IOException, InterruptedException {
        try (SimulatedProcess p =
                new SimulatedProcess(
                        Simulator.require(), "cuda:0", cache, "-Dthaw.cuda.batchnorm=auto")) {
            p.ready().go();
            SimulatedProcess.Outcome o = p.await();
            assertThat(o.status()).as(String.join("\n", o.lines())).isZero();
        }
        assertThat(Files.readString(cache.resolve("choices.tsv")))
                .contains("BatchNormTrain ", "BatchNormTrainGrad ");
        Shape s = Shape.of(16, 8);
        Shape c = Shape.of(8);
        Program p = new Program();
        BatchNormTrain same = // as SimulatedProcess's model has it
                new BatchNormTrain(
                        p.input("x", s, DType.FLOAT32),
                        p.input("gamma", c, DType.FLOAT32),
                        p.input("beta", c, DType.FLOAT32),
                        p.temp("y", s),
                        p.temp("mean", c),
                        p.temp("variance", c),
                        1,
                        1e-3);
        try (Backend cuda = open(NO_TRIAL)) {
            assertThat(said(cuda, same)).contains("own ", "cudnn ", "cudnn-persistent ", " us");
        }
    }

    @Test
    void damagedAndForeignLinesAreLeftOut() throws IOException {
        Op op = train(Rectifier.NONE, false);
        Path file = cache.resolve("choices.tsv");
        try (Backend cuda = open(clock(100, 50, 70))) {
            said(cuda, op);
        }
        String good = Files.readAllLines(file).get(1);
        String otherGpu = "Another GPU" + good.substring(good.indexOf(','));
        String unknown = good.replace("\tcudnn\t", "\tcudnn-graph\t");
        for (String text :
                List.of(
                        "",
                        "\0\0\0\0",
                        good.substring(0, good.length() / 2),
                        "a\tb\tc\td\te\tf\n\t\t\t\t\n" + otherGpu + "\n",
                        unknown + "\n")) {
            Files.writeString(file, text);
            try (Backend cuda = open(clock(10, 90, 80))) {
                assertThat(said(cuda, op)).startsWith("own (own 10.0 us");
            }
            assertThat(Files.readAllLines(file))
                    .as("after %s", text)
                    .contains(
                            good.substring(0, good.indexOf("\tcudnn\t"))
                                    + "\town\town 10.0 us, cudnn 90.0 us, cudnn-persistent 80.0 us")
                    .hasSize(text.contains("Another") ? 3 : 2);
        }
        Files.write(file, new byte[] {(byte) 0xC3, (byte) 0x28, '\n'}); // no UTF-8
        try (Backend cuda = open(clock(100, 50, 70))) {
            assertThat(said(cuda, op)).startsWith("cudnn (");
        }
        Files.delete(file);
        Files.createDirectory(file);
        try (Backend cuda = open(clock(100, 50, 70))) {
            assertThat(said(cuda, op)).startsWith("cudnn (");
        }
    }

    @Test
    void whoWasFirstWins() {
        ChoiceFile file = new ChoiceFile(cache);
        ChoiceFile.Key key = new ChoiceFile.Key("gpu", "versions", "op");
        ChoiceFile.Choice a = new ChoiceFile.Choice("own", "a");
        ChoiceFile.Choice b = new ChoiceFile.Choice("cudnn", "b");
        assertThat(file.add(key, a, null)).isEqualTo(a);
        assertThat(new ChoiceFile(cache).add(key, b, null)).isEqualTo(a);
        assertThat(new ChoiceFile(cache).add(key, b, a)).isEqualTo(b);
        assertThat(new ChoiceFile(cache).read()).containsExactly(Map.entry(key, b));
    }

    @Test
    void aCacheThatCannotBeWrittenChoosesAllTheSame() throws IOException {
        Map<String, String> settings = auto();
        settings.put("thaw.cache", Files.createFile(cache.resolve("file")).resolve("x").toString());
        try (Backend cuda = Settings.open(settings, clock(100, 50, 70))) {
            assertThat(said(cuda, train(Rectifier.NONE, false))).startsWith("cudnn (");
        }
    }

    @Test
    void whoIsWrongOrRefusesIsNamedAndOut() {
        CudaKernelTable table = CudaKernelTable.complete();
        table.offer(
                BatchNormTrain.class,
                Family.BATCHNORM,
                "sloppy",
                (engine, o) -> // another epsilon: y is off by a tenth
                table.candidates(o)
                                .get(0)
                                .prepare(
                                        engine,
                                        new BatchNormTrain(
                                                o.x(),
                                                o.gamma(),
                                                o.beta(),
                                                o.residual(),
                                                o.y(),
                                                o.mean(),
                                                o.variance(),
                                                o.rectifier(),
                                                o.axis(),
                                                .25)));
        table.offer(
                BatchNormTrain.class,
                Family.BATCHNORM,
                "lazy",
                (engine, o) -> (buffers, workspace) -> () -> {});
        table.offer(
                BatchNormTrain.class,
                Family.BATCHNORM,
                "absent",
                (engine, o) -> {
                    throw new CudaException("not today");
                });
        try (Backend known = open(NO_TRIAL);
                Backend cuda = reopened(table, clock(100, 101, 1))) {
            assertThat(said(cuda, train(Rectifier.NONE, false)))
                    .startsWith("cudnn-persistent (own 100.0 us, cudnn 101.0 us, ")
                    .contains("; absent refuses: not today")
                    .contains("; sloppy: at mean 1e4 and deviation 1, result 0 is ")
                    .contains("; lazy: at mean 1e4 and deviation 1, result 0 is NaN, ours ");
        }
    }

    private Backend reopened(CudaKernelTable table, Stopwatch watch) {
        String before = System.getProperty("thaw.cache");
        String setting = System.setProperty("thaw.cuda.batchnorm", "auto");
        System.setProperty("thaw.cache", cache.toString());
        try {
            return new CudaBackend(0, CudaProvider.libraries(), table, watch);
        } finally {
            System.setProperty("thaw.cuda.batchnorm", setting);
            if (before == null) {
                System.clearProperty("thaw.cache");
            } else {
                System.setProperty("thaw.cache", before);
            }
        }
    }

    @Test
    void withoutRoomForATrialOurKernelsRun() {
        Simulator simulator = Simulator.require();
        try (Backend cuda = open(clock(100, 50, 70))) {
            BatchNormTrain op = train(Rectifier.NONE, false);
            simulator.set(Simulator.Setting.MEMORY, simulator.count(Simulator.Counter.LIVE_BYTES));
            assertThat(said(cuda, op))
                    .startsWith("own (no room for ")
                    .endsWith(" bytes to measure others in)");
            assertThat(cache.resolve("choices.tsv")).doesNotExist();
        }
    }

    @Test
    void batchesCopiedAheadMakeRoomForATrial() {
        Simulator simulator = Simulator.require();
        Shape large = Shape.of(20_000);
        try (Backend cuda = open(clock(100, 50, 70));
                Buffer x = cuda.allocate(4 * large.size(), "x")) {
            for (int i = 0; i < 3; i++) {
                cuda.upload(Tensor.full(large, i), x);
            }
            simulator.set(Simulator.Setting.MEMORY, simulator.count(Simulator.Counter.LIVE_BYTES));
            assertThat(said(cuda, train(Rectifier.NONE, false))).startsWith("cudnn (");
        }
    }

    /** Convolutions whose normalizations end in ReLU, in a sum with ReLU6, and in nothing. */
    private static Model network() {
        RandomSeed.set(3);
        Symbol in = Input.of(6, 6, 2);
        Symbol a = new BatchNormalization().apply(new Conv2D(4, 3).apply(in));
        Symbol b = new Activation(ActivationFunction.RELU).apply(a);
        Symbol c = new BatchNormalization().apply(new Conv2D(4, 1).apply(b));
        Symbol d = new Activation(ActivationFunction.RELU6).apply(new Add().apply(List.of(c, b)));
        Symbol e = new BatchNormalization().apply(d);
        return new Model(in, new Dense(3).apply(new Flatten().apply(e)));
    }

    /** All weights and statistics after some steps, and what the plan says. */
    private record Trained(List<Tensor> variables, List<Double> losses) {
        static Trained on(Backend cuda, int steps) {
            Model net = network();
            try (cuda;
                    Model running = net.on(cuda)) {
                running.compile(Compilation.of(new SGD(.1), new MeanSquaredError()));
                List<Double> losses = new ArrayList<>();
                for (int i = 0; i < steps; i++) {
                    Batch data = Batch.of(Noise.uniform(i, 5, 6, 6, 2), Noise.uniform(-i, 5, 3));
                    losses.add(running.trainOnBatch(data).get("loss"));
                }
                List<Tensor> variables =
                        net.weights().stream().map(w -> w.variable().value().copy()).toList();
                return new Trained(variables, losses);
            }
        }

        void requireSame(Trained other) {
            assertThat(losses).isEqualTo(other.losses);
            for (int i = 0; i < variables.size(); i++) {
                assertThat(variables.get(i).bitEquals(other.variables.get(i))).isTrue();
            }
        }
    }

    @Test
    void aTrialMovesNeitherWeightsNorStatistics() {
        Trained chosen = Trained.on(open(clock(1, 2, 3)), 3);
        chosen.requireSame(Trained.on(Settings.batchNorm("own"), 3));
        delete(cache.resolve("choices.tsv"));
        Trained.on(open(clock(3, 1, 2)), 3).requireSame(Trained.on(Settings.batchNorm("cudnn"), 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cudnn", "cudnn-persistent"})
    void splitEndingsReplayAsTheyRun(String candidate) {
        Map<String, String> settings = new HashMap<>();
        settings.put("thaw.cuda.batchnorm", candidate);
        Simulator.require().set(Simulator.Setting.TRACE, 1);
        Trained replayed = Trained.on(Settings.open(settings), 5);
        assertThat(Simulator.require().trace())
                .contains(
                        "cudnnBatchNormalizationForwardTraining",
                        "cudnnBatchNormalizationBackward",
                        "unary_relu",
                        "add_to_relu6",
                        "unary_grad_relu",
                        "unary_grad_relu6")
                .doesNotContain("bn_apply", "bn_apply_relu", "bn_grad_apply", "bn_apply_relu6");
        settings.put("thaw.cuda.graphs", "false");
        replayed.requireSame(Trained.on(Settings.open(settings), 5));
    }

    /** A dropped tensor of ones, and the gradient behind the same mask, twice. */
    private static List<Tensor> masks(Backend backend) {
        Shape s = Shape.of(40, 25);
        Program p = new Program();
        Value x = p.input("x", s, DType.FLOAT32);
        Value dy = p.input("dy", s, DType.FLOAT32);
        Value steps = p.input("step", Shape.of(), DType.INT64);
        Value y = p.temp("y", s);
        p.emit(new Dropout(x, steps, y, new Draw(7, 1), s, .5, 2));
        Value dx = Gradients.of(p, Map.of(y, dy), List.of(x)).get(x);
        List<Tensor> all = new ArrayList<>();
        try (backend;
                Plan plan = new Plan(p, backend, DeviceMemory.of(backend), Set.of(y, dx))) {
            for (long i = 0; i < 3; i++) {
                plan.feed(x, Tensor.full(s, 1));
                plan.feed(dy, Tensor.full(s, 1));
                plan.feed(steps, Tensor.scalar(i));
                plan.run();
                assertThat(plan.fetch(dx).bitEquals(plan.fetch(y))).as("one mask").isTrue();
                all.add(plan.fetch(y));
            }
            assertThat(plan.toString().lines().filter(l -> l.contains("Dropout")))
                    .hasSize(2)
                    .allMatch(l -> l.contains(" by "));
        }
        return all;
    }

    private static void requireSame(List<Tensor> a, List<Tensor> b) {
        for (int i = 0; i < a.size(); i++) {
            assertThat(a.get(i).bitEquals(b.get(i))).as("mask %d", i).isTrue();
        }
    }

    @Test
    void masksOfMeasuredDropoutAreThoseOfWhoWins() {
        List<Tensor> own = masks(Settings.open(Map.of()));
        requireSame(masks(open(clock(1, 2, 3))), own);
        delete(cache.resolve("choices.tsv"));

        List<Tensor> cudnn = masks(Settings.open(Map.of("thaw.cuda.dropout", "cudnn")));
        assertThat(cudnn.get(0).bitEquals(own.get(0))).isFalse();
        requireSame(masks(open(clock(3, 1, 2))), cudnn);
        requireSame(masks(open(NO_TRIAL)), cudnn);
    }
}
