package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Increment;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.sim.OnSimulator;
import dev.thaw.sim.Simulator;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Whatever talks to the GPU waits until no other thread does: while a step is recorded, the driver
 * would take it into that step.
 */
@OnSimulator
class OneAtATimeTest {
    /** What takes a millisecond where nothing is in its way has then long been over. */
    private static final int LONG_MILLISECONDS = 150;

    /** What has its way is over by then, on any machine. */
    private static final int PATIENCE_SECONDS = 60;

    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final CountDownLatch busy = new CountDownLatch(1);
    private final CountDownLatch free = new CountDownLatch(1);
    private Backend cuda;
    private Op op;

    /** Something of each kind that a backend makes. */
    private record Op(Backend cuda, Increment increment, Buffer counter, Prepared prepared) {
        static Op on(Backend cuda) {
            Value v = new Program().variable(Variable.state("counter", Tensor.scalar(0L)));
            Increment increment = new Increment(v);
            return new Op(
                    cuda, increment, cuda.allocate(Long.BYTES, "counter"), cuda.prepare(increment));
        }

        Kernel bind() {
            return prepared.bind(any -> counter, null);
        }
    }

    /** What is done in another thread, with what was made before. */
    private interface Made {
        void use() throws Exception;
    }

    /** Everything that a plan does. */
    private enum Work {
        ALLOCATE {
            @Override
            Made of(Op op) {
                return () -> op.cuda.allocate(8, "more").close();
            }
        },
        FREE {
            @Override
            Made of(Op op) {
                Buffer more = op.cuda.allocate(8, "more");
                return more::close;
            }
        },
        UPLOAD {
            @Override
            Made of(Op op) {
                return () -> op.cuda.upload(Tensor.scalar(7L), op.counter);
            }
        },
        DOWNLOAD {
            @Override
            Made of(Op op) {
                return () -> op.cuda.download(op.counter, Tensor.scalar(0L));
            }
        },
        PREPARE {
            @Override
            Made of(Op op) {
                return () -> op.cuda.prepare(op.increment).close();
            }
        },
        CLOSE_PREPARED {
            @Override
            Made of(Op op) {
                return op.cuda.prepare(op.increment)::close;
            }
        },
        BIND {
            @Override
            Made of(Op op) {
                return op::bind;
            }
        },
        LAUNCH {
            @Override
            Made of(Op op) {
                return op.bind()::launch;
            }
        },
        CLOSE_KERNEL {
            @Override
            Made of(Op op) {
                return op.bind()::close;
            }
        },
        FIRST_LAUNCH_OF_A_STEP {
            @Override
            Made of(Op op) {
                return op.cuda.sequence(List.of(op.bind()))::launch;
            }
        },
        RECORDING_OF_A_STEP {
            @Override
            Made of(Op op) {
                Kernel step = op.cuda.sequence(List.of(op.bind()));
                step.launch();
                return step::launch;
            }
        },
        REPLAY_OF_A_STEP {
            @Override
            Made of(Op op) {
                Kernel step = op.cuda.sequence(List.of(op.bind()));
                step.launch();
                step.launch();
                return step::launch;
            }
        },
        CLOSE_STEP {
            @Override
            Made of(Op op) {
                return op.cuda.sequence(List.of(op.bind()))::close;
            }
        },
        SYNCHRONIZE {
            @Override
            Made of(Op op) {
                return op.cuda::synchronize;
            }
        },
        DESCRIBE {
            @Override
            Made of(Op op) {
                return op.cuda::description;
            }
        };

        abstract Made of(Op op);
    }

    @BeforeEach
    void open() {
        cuda = Settings.open(Map.of());
        op = Op.on(cuda);
    }

    @AfterEach
    void close() {
        free.countDown();
        threads.shutdown();
        cuda.close();
    }

    /** Begins a step in a thread of its own that lasts until {@link #free}. */
    private void occupy() throws InterruptedException {
        Kernel lasts =
                () -> {
                    busy.countDown();
                    try {
                        free.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                };
        threads.submit(cuda.sequence(List.of(lasts))::launch);
        busy.await();
    }

    @ParameterizedTest
    @EnumSource
    void waitsForTheStepOfAnotherThread(Work work) throws Exception {
        Made made = work.of(op);
        occupy();
        CountDownLatch begun = new CountDownLatch(1);
        Future<?> other =
                threads.submit(
                        () -> {
                            begun.countDown();
                            made.use();
                            return null;
                        });
        begun.await();
        assertThatThrownBy(() -> other.get(LONG_MILLISECONDS, TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);
        free.countDown();
        other.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(Simulator.require().reports()).isEmpty();
    }

    /** It goes back to the driver at once there, which wants the GPU's context in this thread. */
    @Test
    void anyThreadFreesExactMemory() throws Exception {
        try (Backend exact = Settings.open(Map.of(Backend.EXACT_PROPERTY, "true"))) {
            Buffer some = exact.allocate(100, "some");
            threads.submit(some::close).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(Simulator.require().reports()).isEmpty();
        }
    }
}
