package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.model.Model;
import dev.thaw.op.Increment;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;
import dev.thaw.sim.Simulator.Counter;
import dev.thaw.sim.Simulator.Setting;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/** What the driver is asked to do when a step is recorded, and what becomes of it. */
@OnSimulator
final class RecordingTest {
    private final Simulator simulator = Simulator.require();
    private Backend cuda;
    private Buffer counter;
    private Kernel increment;
    private long graphs;

    @BeforeEach
    void prepare() {
        graphs = simulator.count(Counter.LIVE_GRAPHS);
        cuda = GraphReplayTest.open(true);
        counter = cuda.allocate(Long.BYTES, "counter");
        increment = increment(cuda, counter);
    }

    private static Kernel increment(Backend backend, Buffer counter) {
        Value v = new Program().variable(Variable.state("counter", Tensor.scalar(0L)));
        return backend.prepare(new Increment(v)).bind(any -> counter, null);
    }

    @AfterEach
    void close() throws Exception {
        System.clearProperty(CudaBackend.GRAPHS);
        simulator.clear();
        increment.close();
        counter.close();
        cuda.close();
    }

    private long count() {
        Tensor t = Tensor.scalar(0L);
        cuda.download(counter, t);
        return t.longs()[0];
    }

    @Test
    void eachLaunchRunsEachKernelOnce() throws Exception {
        Kernel both = cuda.sequence(List.of(increment, increment));
        for (int i = 1; i <= 6; i++) {
            both.launch();
            assertThat(count()).isEqualTo(2L * i);
            assertThat(simulator.count(Counter.GRAPH_LAUNCHES)).isEqualTo(Math.max(0, i - 1));
        }
        assertThat(simulator.count(Counter.KERNEL_LAUNCHES)).isEqualTo(12);
        assertThat(simulator.count(Counter.LIVE_GRAPHS)).isEqualTo(graphs + 1);
        both.close();
        assertThat(simulator.count(Counter.LIVE_GRAPHS)).isEqualTo(graphs);
        both.close();
        assertThat(simulator.reports()).isEmpty();
    }

    @Test
    void whatCannotBeRecordedRunsOpByOp() throws Exception {
        simulator.set(Setting.QUIET, 1);
        Kernel waits = cuda::synchronize; // a driver forbids that in a capture
        try (Kernel all = cuda.sequence(List.of(increment, waits, increment))) {
            for (int i = 1; i <= 5; i++) {
                all.launch();
                assertThat(count()).isEqualTo(2L * i);
            }
        }
        assertThat(simulator.count(Counter.GRAPH_LAUNCHES)).isZero();
        assertThat(simulator.count(Counter.LIVE_GRAPHS)).isEqualTo(graphs);
        // the capture was tried once: the wait in it, and its end
        assertThat(simulator.reports()).hasSize(2);
        assertThat(simulator.reports().get(0)).contains("cuStreamSynchronize", "captures");
        assertThat(simulator.reports().get(1)).contains("capture was broken");
    }

    @Test
    void aKernelThatFailsByItselfEndsTheCaptureToo() throws Exception {
        int[] calls = new int[1];
        Kernel fails =
                () -> {
                    if (++calls[0] == 2) {
                        throw new IllegalStateException("the second call fails");
                    }
                };
        try (Kernel all = cuda.sequence(List.of(increment, fails))) {
            for (int i = 1; i <= 3; i++) {
                all.launch();
                assertThat(count()).isEqualTo(i);
            }
        }
        assertThat(simulator.count(Counter.LIVE_GRAPHS)).isEqualTo(graphs);
        assertThat(simulator.reports()).isEmpty();
    }

    @Test
    void anErrorOfTheStepItselfIsNotHidden() throws Exception {
        Kernel fails =
                () -> {
                    throw new IllegalStateException("always");
                };
        try (Kernel all = cuda.sequence(List.of(increment, fails))) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(all::launch).hasMessage("always");
            }
        }
        assertThat(count()).isEqualTo(3);
    }

    @Test
    void aBackendThatClosesTakesTheGraphsOfLostPlansAlong() throws Exception {
        Kernel lost;
        try (Backend other = GraphReplayTest.open(true);
                Buffer its = other.allocate(Long.BYTES, "counter");
                Kernel one = increment(other, its)) {
            lost = other.sequence(List.of(one, one));
            lost.launch();
            lost.launch();
            assertThat(simulator.count(Counter.LIVE_GRAPHS)).isEqualTo(graphs + 1);
        }
        lost.close();
        assertThat(simulator.count(Counter.LIVE_GRAPHS)).isEqualTo(graphs);
        assertThat(simulator.reports()).isEmpty();
    }

    @Test
    void whatIsFreedLaterThanItsBackendWentWithIt() throws Exception {
        Backend other = GraphReplayTest.open(true);
        Buffer its = other.allocate(Long.BYTES, "counter");
        Kernel one = increment(other, its);
        Kernel both = other.sequence(List.of(one, one));
        both.launch();
        other.close();
        both.close();
        one.close();
        its.close();
        assertThat(simulator.reports()).isEmpty();
    }

    @Test
    void theSettingTurnsItOff() throws Exception {
        try (Backend plain = GraphReplayTest.open(false)) {
            assertThat(plain.description()).endsWith("graphs off");
            Kernel both = plain.sequence(List.of(increment, increment));
            for (int i = 0; i < 4; i++) {
                both.launch();
            }
            both.close();
        }
        assertThat(count()).isEqualTo(8);
        assertThat(simulator.count(Counter.GRAPH_LAUNCHES)).isZero();
    }

    /** The simulator runs nothing before something waits: a wait that is missing would show. */
    @Test
    void replaysThatQueueUpGiveTheSameBits() {
        simulator.set(Setting.DEFERRED, 1);
        GraphReplayTest.requireSameSteps();
        assertThat(simulator.reports()).isEmpty();
    }

    @Test
    void aTrainingStepIsOneLaunchAndGivesBackItsGraph() throws Exception {
        try (Model running = GraphReplayTest.network().on(cuda)) {
            running.compile(GraphReplayTest.adam());
            for (int i = 0; i < 3; i++) {
                running.trainOnBatch(GraphReplayTest.data(i, 8).batch());
            }
            assertThat(simulator.count(Counter.GRAPH_LAUNCHES)).isEqualTo(2);
            assertThat(simulator.count(Counter.LIVE_GRAPHS)).isEqualTo(graphs + 1);
            simulator.resetCounters();
            running.trainOnBatch(GraphReplayTest.data(3, 8).batch());
            assertThat(simulator.count(Counter.GRAPH_LAUNCHES)).isEqualTo(1);
            assertThat(simulator.count(Counter.ALLOCATIONS)).isZero();
        }
        assertThat(simulator.count(Counter.LIVE_GRAPHS)).isEqualTo(graphs);
        assertThat(simulator.reports()).isEmpty();
    }
}
