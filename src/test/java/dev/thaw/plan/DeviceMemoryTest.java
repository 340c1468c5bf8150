package dev.thaw.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.thaw.backend.reference.ReferenceBackend;
import dev.thaw.backend.spi.Backend;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import org.junit.jupiter.api.Test;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

/** What is assigned while a variable moves to the device or comes home is never lost. */
class DeviceMemoryTest {
    /** A backend during whose copies somebody else does some work. */
    private static Backend disturbed(String method, Runnable work) {
        Backend real = new ReferenceBackend();
        return (Backend)
                Proxy.newProxyInstance(
                        Backend.class.getClassLoader(),
                        new Class<?>[] {Backend.class},
                        (proxy, m, args) -> {
                            try {
                                Object result = m.invoke(real, args);
                                if (m.getName().equals(method)) {
                                    work.run();
                                }
                                return m.getName().equals("equals")
                                        ? (Object) (proxy == args[0])
                                        : result;
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    @Test
    void anAssignmentDuringTheMoveToTheDeviceIsNotLost() {
        Variable v = Variable.state("v", Tensor.scalar(1f));
        AtomicInteger uploads = new AtomicInteger();
        Backend backend =
                disturbed(
                        "upload",
                        () -> {
                            if (uploads.incrementAndGet() <= 2) {
                                v.assign(Tensor.scalar(10f + uploads.get()));
                            }
                        });
        DeviceMemory memory = DeviceMemory.of(backend);
        memory.acquire(v);
        assertThat(v.value().item()).isEqualTo(12);
        memory.release(v);
        assertThat(v.value().item()).isEqualTo(12);
        assertThat(v.home()).isNull();
    }

    /** An initializer that runs a model in another thread, which moves its own weights. */
    @Test
    void aFirstValueIsMadeWhileOthersUseTheMemory() throws Exception {
        DeviceMemory memory = DeviceMemory.of(new ReferenceBackend());
        Variable other = Variable.state("other", Tensor.scalar(2f));
        Variable v =
                new Variable(
                        "v",
                        dev.thaw.tensor.Shape.scalar(),
                        dev.thaw.tensor.DType.FLOAT32,
                        true,
                        () -> {
                            Thread t = new Thread(() -> memory.acquire(other));
                            t.setDaemon(true);
                            t.start();
                            try {
                                t.join(60_000);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            assertThat(t.isAlive()).as("waits for ever").isFalse();
                            return other.value();
                        });
        memory.acquire(v);
        assertThat(v.value().item()).isEqualTo(2);
        memory.release(v);
        memory.release(other);
    }

    /**
     * A backend that has no room until another model's memory comes back on the cleaner's thread.
     */
    @Test
    void memoryComesBackWhileRoomIsMadeForAVariable() {
        Variable lost = Variable.state("lost", Tensor.scalar(3f));
        DeviceMemory[] memory = new DeviceMemory[1];
        AtomicInteger allocations = new AtomicInteger();
        Backend backend =
                disturbed(
                        "allocate",
                        () -> {
                            if (allocations.incrementAndGet() == 2) {
                                Thread cleaner = new Thread(() -> memory[0].release(lost));
                                cleaner.setDaemon(true);
                                cleaner.start();
                                try {
                                    cleaner.join(60_000);
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                                assertThat(cleaner.isAlive()).as("the cleaner waits").isFalse();
                            }
                        });
        memory[0] = DeviceMemory.of(backend);
        memory[0].acquire(lost);
        Variable wanted = Variable.state("wanted", Tensor.scalar(4f));
        memory[0].acquire(wanted);
        assertThat(lost.home()).isNull();
        assertThat(wanted.value().item()).isEqualTo(4);
        memory[0].release(wanted);
    }
}
